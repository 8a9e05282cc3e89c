package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
	"mailfate/sinks/explain"
)

// filtered returns a recorded message that went through a filter, was put off,
// delivered and opened.
func filtered(t *testing.T) (messageID, recipient string) {
	t.Helper()
	raw, err := os.ReadFile(recorded + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Messages []struct {
			MessageID        string `json:"message_id"`
			Recipient, Hop   string
			Delivered        bool
			Deferrals, Opens int
		}
	}
	if err := json.Unmarshal(raw, &truth); err != nil {
		t.Fatal(err)
	}
	for _, m := range truth.Messages {
		if m.Hop == "filter" && m.Delivered && m.Deferrals > 0 && m.Opens > 0 {
			return m.MessageID, m.Recipient
		}
	}
	t.Fatal("no such message was recorded")
	return "", ""
}

// TestExplain asks the real thing for a story and looks it up in the log.
func TestExplain(t *testing.T) {
	dir := replayed(t)
	id, recipient := filtered(t)

	code, out, errOut := output(t, mailfate(t, "explain", "--data", dir, "--json", "<"+id+">", recipient))
	var story explain.Story
	if err := json.Unmarshal([]byte(out), &story); err != nil || code != 0 {
		t.Fatalf("exit %d, %v\n%s", code, err, errOut)
	}
	if len(story.Recipients) != 1 || story.Recipients[0].Differs != 0 || len(story.Vocabularies) != 5 {
		t.Fatalf("not one story, as the database tells it:\n%s", out)
	}
	checkMoments(t, story.Recipients[0].Timeline)

	code, out, errOut = output(t, mailfate(t, "explain", "--data", dir, "--vocabulary", "netcore", id, recipient))
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, errOut)
	}
	for _, says := range []string{
		id + "\n", "read as relayed: the next queue id ", "soft_bounce → sent", "← delivered < P soft_bounce", "mail.log:", "UTC",
	} {
		if !strings.Contains(out, says) {
			t.Errorf("the story does not say %q:\n%s", says, out)
		}
	}
	if strings.ContainsRune(out, '\x1b') || strings.Contains(out, "tipimail") {
		t.Errorf("the story has colour, or words of others:\n%s", out)
	}

	code, _, errOut = output(t, mailfate(t, "explain", "--data", dir, "nobody@nowhere.example"))
	if code != 1 || !strings.Contains(errOut, "nothing is known by this id") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
}

// checkMoments holds a story against the files that it names.
func checkMoments(t *testing.T, timeline []explain.Moment) {
	t.Helper()
	var kinds []string
	for _, m := range timeline {
		kinds = append(kinds, m.Kind)
		for _, c := range m.Changes {
			if c.Rule == "" {
				t.Errorf("%s: nobody knows why %s became %s", m.Kind, c.Before, c.After)
			}
		}
		if m.Event.QueueID == "" {
			continue
		}
		log, err := os.ReadFile(m.Event.File)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(log[m.Event.Offset:]), "\n")
		if !strings.Contains(line, m.Event.QueueID+":") {
			t.Errorf("%s is not what stands at %s:%d: %s", m.Kind, m.Event.File, m.Event.Offset, line)
		}
	}
	last := 0
	for _, kind := range []string{"queued", "relayed", "deferred", "delivered"} {
		at := slices.Index(kinds, kind)
		if at < last {
			t.Errorf("%s is missing or too early: %v", kind, kinds)
		}
		last = at
	}
}

// TestExplainUsage tries what people type wrong. None of it starts a server.
func TestExplainUsage(t *testing.T) {
	for _, c := range []struct {
		line string
		code int
		says string
	}{
		{"explain", 2, "arguments; want MESSAGE_ID [RECIPIENT]"},
		{"explain a b c", 2, "arguments; want MESSAGE_ID [RECIPIENT]"},
		{"explain a", 2, "--data"},
		{"explain <> --data d", 2, "the message id is empty"},
		{"explain a --vocabulary klingon", 2, "there are canonical, netcore, netcore_feed, tipimail, unisender"},
		{"explain a --data " + filepath.Join(t.TempDir(), "none"), 1, "--data"},
	} {
		var out, errOut bytes.Buffer
		code := cli.Run(t.Context(), strings.Fields(c.line), &out, &errOut)
		if code != c.code || !strings.Contains(errOut.String(), c.says) {
			t.Errorf("%s: exit %d, want %d with %q:\n%s", c.line, code, c.code, c.says, errOut.String())
		}
	}
	for _, nothing := range []string{"", " ", "<>", " <> "} {
		var out, errOut bytes.Buffer
		if code := cli.Run(t.Context(), []string{"explain", nothing, "--data", t.TempDir()}, &out, &errOut); code != 2 {
			t.Errorf("%q: exit %d:\n%s", nothing, code, errOut.String())
		}
	}
}
