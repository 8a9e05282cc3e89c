package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func classifyText(t testing.TB, in, config string) []verdictLine {
	t.Helper()
	var out bytes.Buffer
	e := &env{out: &out, err: &out, flags: flags{config: config}}
	if err := e.doClassify(strings.NewReader(in), false); err != nil {
		t.Fatal(err)
	}
	var all []verdictLine
	for line := range strings.Lines(out.String()) {
		var v verdictLine
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, v)
	}
	return all
}

func TestClassify(t *testing.T) {
	long := strings.Repeat("x", maxReplyLine)
	if got := classifyText(t, `{"code":450,"text":"user unknown`, ""); got[0].Suppress || got[0].Error == "" {
		t.Errorf("an object that cannot be read: %+v", got[0])
	}
	for _, c := range []struct {
		line, reason, class, rule, problem string
	}{
		{"550 5.1.1 no such user", "user_unknown", "hard", "unknown.server", ""},
		{`{"code":550,"command":"RCPT TO","text":"mailbox unavailable"}`, "user_unknown", "hard", "unknown.unavailable", ""},
		{`{"code":550,"enhanced":"5.7.1","host":"mx.google.com[192.0.2.1]:25","text":"no such user"}`, "policy", "soft", "enhanced:5.7.*", ""},
		{"host mx.x.example[192.0.2.1] said: 552 5.2.2 over quota (in reply to RCPT TO)", "mailbox_full", "soft", "full.mailbox", ""},
		{"host mx.google.com[192.0.2.1] said: 550 mailbox unavailable (in reply to RCPT TO command)", "user_unknown", "hard", "unknown.unavailable", ""},
		{"host mx.google.com[192.0.2.1] said: 550 mailbox unavailable (in reply to MAIL FROM command)", "unclassified", "soft", "code:550", ""},
		{`{"code":550,"text":"mailbox full`, "mailbox_full", "soft", "full.mailbox", "read as text"},
		{`{"code":"550","text":"mailbox full"}`, "mailbox_full", "soft", "full.mailbox", ""},
		{`{"code":"550","text":"user unknown"}`, "user_unknown", "hard", "unknown.server", ""},
		{`{"code":"450","text":"user unknown"}`, "unclassified", "soft", "code:450", ""},
		{`{"code":250,"text":"user unknown"}`, "unclassified", "soft", "none", ""},
		{`{"code":550,"enhanced":"5.1.1","text":"450 4.1.1 user unknown"}`, "unclassified", "soft", "enhanced:5.1.1", ""},
		{`{"code":"soon","text":"mailbox full"}`, "mailbox_full", "soft", "full.mailbox", "read as text"},
		{`{"code":-1}`, "unclassified", "soft", "none", "read as text"},
		{"", "unclassified", "soft", "none", ""},
		{"\xff\x00\x1b[31m", "unclassified", "soft", "none", ""},
		{"550 mailbox full " + long, "mailbox_full", "soft", "full.mailbox", "longer than 65536 bytes"},
	} {
		for _, end := range []string{"\n", "\r\n", ""} {
			if c.line+end == "" {
				continue // nothing was said
			}
			got := classifyText(t, c.line+end, "")
			if len(got) != 1 {
				t.Fatalf("%.40q: %d lines", c.line, len(got))
			}
			v := got[0]
			if v.Reason != c.reason || v.Class != c.class || v.Rule != c.rule || v.Suppress != (c.class == "hard") || len(v.Fingerprint) != 16 {
				t.Errorf("%.40q: %+v", c.line, v)
			}
			if (c.problem == "") != (v.Error == "") || !strings.Contains(v.Error, c.problem) {
				t.Errorf("%.40q: error %q, want %q", c.line, v.Error, c.problem)
			}
		}
	}
}

// A file of rules that the configuration names goes before the built-in ones; what
// is wrong with it is an error of usage.
func TestClassifyRulesFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rules := write("rules.txt", "[house.gone] mailbox_discarded\ntext: abgemeldet\n")
	config := write("c.yaml", "classify: {rules: "+rules+"}\n")
	if got := classifyText(t, "550 abgemeldet\n550 no such user\n", config); got[0].Rule != "house.gone" || got[1].Rule != "unknown.server" {
		t.Errorf("%+v", got)
	}
	write("rules.txt", "[house.gone] nowhere\n")
	e := &env{flags: flags{config: config}}
	var usage usageError
	if err := e.doClassify(strings.NewReader(""), false); !errors.As(err, &usage) || !strings.Contains(err.Error(), rules+":1: ") {
		t.Error(err)
	}
}

// FuzzClassify: each line of input has one line of output.
func FuzzClassify(f *testing.F) {
	f.Add([]byte("550 5.1.1 no such user\n{\"code\":550}\r\n\n{"))
	f.Add([]byte("{\"text\":\"\\ud800\\u0000\",\"code\":1e3}\n\xff\xfe"))
	f.Fuzz(func(t *testing.T, in []byte) {
		want := bytes.Count(in, []byte("\n"))
		if len(in) > 0 && in[len(in)-1] != '\n' {
			want++
		}
		if got := classifyText(t, string(in), ""); len(got) != want {
			t.Fatalf("%d lines for %d", len(got), want)
		}
	})
}
