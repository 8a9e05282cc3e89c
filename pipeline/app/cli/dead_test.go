package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/app/cli"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

func TestDeadExitCodes(t *testing.T) {
	for line, want := range map[string]struct {
		code int
		says string
	}{
		"dead lisst":                              {2, "lisst"},
		"dead list":                               {2, "mailfate: name a data directory with --data"},
		"dead list --data d --limit 0":            {2, "--limit"},
		"dead list --data d --limit 1000000":      {2, "--limit"},
		"dead show --data d":                      {2, "arg"},
		"dead show --data d x":                    {2, "mailfate dead list"},
		"dead retry --data d":                     {2, "--all"},
		"dead retry --data d --all 0-1":           {2, "not both"},
		"dead retry --brokers nonsense 0-1":       {2, "host:port"},
		"dead list --data " + t.TempDir() + "/no": {1, "find data directory"},
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut)
		if said := errOut.String(); code != want.code || !strings.Contains(said, want.says) || out.Len() > 0 {
			t.Errorf("%s: exit %d, want %d with %q:\n%s", line, code, want.code, want.says, said)
		}
	}
}

// TestDeadLetters sends a mailfate that runs what it cannot read, looks at it, and
// tries it again, which ends the same way.
func TestDeadLetters(t *testing.T) {
	f := newFollower(t)
	<-f.startAndListen("following")
	port, err := os.ReadFile(filepath.Join(f.data, "kafka", "port"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{"127.0.0.1:" + strings.TrimSpace(string(port))}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	garbage := kafkalog.Record{Key: []byte("k"), Value: []byte("\x00\x1b[31mgarbage")}
	if err := client.NewPublisher().Publish(ctx, schemas.TopicEvents, 0, []kafkalog.Record{garbage}); err != nil {
		t.Fatal(err)
	}
	dead := client.NewReader(schemas.TopicDead, 0, 0)
	waitFor := func(n int) {
		t.Helper()
		for n > 0 {
			p, err := dead.Fetch(ctx, time.Second, 1<<20, func(kafkalog.Record) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			n -= p.Records
		}
	}
	waits := ""
	says := func(what string, args ...string) string {
		t.Helper()
		code, out, errOut := output(t, mailfate(t, append([]string{"dead"}, append(args, "--data", f.data)...)...))
		if code != 0 || !strings.Contains(out, what) || errOut != waits || strings.Contains(out, "\x1b") {
			t.Errorf("%v: exit %d, %q, want %q\n%s", args, code, out, what, errOut)
		}
		return out
	}
	waitFor(1)
	says("malformed  mail.events/0:", "list")
	says("garbage|", "show", "0-0")
	says("retried 1", "retry", "0-0")
	waitFor(2) // that it was retried, and what became of it
	var letters []struct{ ID, Reason, Retried string }
	if err := json.Unmarshal([]byte(says("retried", "list", "--json")), &letters); err != nil || len(letters) != 2 ||
		letters[0].Retried == "" || letters[1].Retried != "" || letters[1].Reason != "malformed" {
		t.Errorf("%+v, %v", letters, err)
	}
	const bidi = "exe.\u202egpj" // text for all but a terminal
	value, err := schemas.NewEncoder().DeadLetter(&schemas.DeadLetter{
		Reason: schemas.DeadMalformed, Detail: evil, Bytes: []byte(bidi), Stream: evil, File: evil,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.NewPublisher().Publish(ctx, schemas.TopicDead, 0, []kafkalog.Record{{Key: []byte("k"), Value: value}}); err != nil {
		t.Fatal(err)
	}
	waitFor(1)
	type letter struct{ ID, Detail, Stream, File, Text string }
	list := says("gpj.exe", "list", "--json")
	var all []letter
	if err := json.Unmarshal([]byte(list), &all); err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	want := letter{ID: all[2].ID, Detail: evil, Stream: evil, File: evil}
	show := says(`exe.\u202egpj`, "show", want.ID, "--json")
	var one letter
	if err := json.Unmarshal([]byte(show), &one); err != nil {
		t.Fatal(err)
	}
	if all[2] != want {
		t.Errorf("list says %+v", all[2])
	}
	if want.Text = bidi; one != want {
		t.Errorf("show says %+v", one)
	}
	if !fitForTerminal(list + show) {
		t.Errorf("it prints what is not to be seen: %q, %q", list, show)
	}
	if err := f.signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waits = "No mailfate runs there: what is retried is applied when one next does.\n"
	says(`"retried": 1`, "retry", "--all", "--json")
	waits = ""
	says("retried 0, 2 were retried before", "retry", "--all")
}

// Who asks a Kafka that is away is told so soon, in one line.
func TestDeadOfNoKafka(t *testing.T) {
	begun := time.Now()
	for _, line := range []string{"dead list --brokers 127.0.0.1:1", "refold --brokers 127.0.0.1:1"} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(line), &out, &errOut)
		if said := errOut.String(); code != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "127.0.0.1:1: ") || !strings.Contains(said, "check --brokers") {
			t.Errorf("%s: exit %d, says\n%s", line, code, said)
		}
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}
