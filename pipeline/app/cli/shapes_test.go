package cli_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"mailfate/pipeline/app/cli"
)

// TestShapes has a log with lines that nobody knows, some of which try to look like
// something else on a terminal.
func TestShapes(t *testing.T) {
	dir := t.TempDir()
	front := "2026-11-22T00:00:0%d+00:00 mx postfix/smtp[1]: "
	log := ""
	for i, text := range []string{
		"3F2A1C0DE1: nobody knows <jo@a.example> [192.0.2.1]",
		"4F2A1C0DE1: nobody knows <jim@a.example> [192.0.2.2]",
		"nor \x1b[31m this",
	} {
		log += strings.Replace(front, "%d", string(rune('0'+i)), 1) + text + "\n"
	}
	path := "postfix:" + write(t, filepath.Join(dir, "mail.log"), []byte(log))
	raw := write(t, filepath.Join(dir, "raw.yaml"), []byte("keep_examples: raw\n"))
	parse := func(args ...string) string {
		t.Helper()
		var out, errOut bytes.Buffer
		if code := cli.Run(t.Context(), append([]string{"parse", "--shapes", path}, args...), &out, &errOut); code != 0 {
			t.Fatalf("exit %d\n%s", code, errOut.String())
		}
		return out.String()
	}
	stamp := "0-0-0T0:0:0+0:0 mx postfix/smtp[0]: "
	want := path[:len("postfix:")] + dir + "/mail.log: 3 of 3 lines not understood, 2 shapes\n" +
		"2   66.667 %  " + stamp + "0: nobody knows <@> [0.0.0.0]\n" +
		"       as in  2026-11-22T00:00:00+00:00 mx postfix/smtp[1]: 3F2A1C0DE1: nobody knows <x@a.example> [0.0.0.0]\n" +
		"1   33.333 %  " + stamp + "nor ?[0m this\n" +
		"       as in  2026-11-22T00:00:02+00:00 mx postfix/smtp[1]: nor \\x1b[31m this\n"
	if got := parse(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := parse("--config", raw); !strings.Contains(got, "<jo@a.example> [192.0.2.1]") {
		t.Errorf("not raw:\n%s", got)
	}
	var doc []struct {
		Stream   string
		Unparsed uint64
		Shapes   []struct {
			Lines    uint64
			Examples []string
		}
	}
	if err := json.Unmarshal([]byte(parse("--json")), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc) != 1 || doc[0].Unparsed != 3 || len(doc[0].Shapes) != 2 || len(doc[0].Shapes[0].Examples) != 2 {
		t.Errorf("%+v", doc)
	}
}
