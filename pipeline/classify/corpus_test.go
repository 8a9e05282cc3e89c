package classify

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"mailfate/schemas"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// labelled is a reply of testdata with what a person says of it.
type labelled struct {
	Want     string
	Code     uint16
	Enhanced string
	Command  string
	Host     string
	Text     string
}

func (l *labelled) said() *Said { return &Said{l.Code, l.Enhanced, l.Command, l.Host, l.Text} }

func corpus(t testing.TB, name string) []labelled {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		var l labelled
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatalf("%s:%d: %v", name, len(all)+1, err)
		}
		all = append(all, l)
	}
	return all
}

// corpora are the files of labelled replies; testdata/README.md says how they came
// to be.
var corpora = []string{"replies.ndjson", "unseen.ndjson", "again.ndjson", "third.ndjson", "adversarial.ndjson"}

// knownWrong are the replies that are called otherwise than a person would, and why that
// is left so.
var knownWrong = map[string]string{
	"550 Your organisation is unknown to us; mail from unknown senders is not accepted here":  "whom they do not know is as good as refused",
	"550-Verification failed for <anna@shop.example>\\n550-No Such User Here\\n550 Sender OK": "whose address was verified takes more than words to tell",
	"550 Domain does not exist": "it does not say which, the recipient's or ours",
	"550 Ящик временно заблокирован за неиспользование":            "for now, it says itself",
	"550 El buzón anna@tienda.example no existe en este servidor":  "words apart count in reply to RCPT only",
	"550 The account of the recipient has been closed permanently": "words apart count in reply to RCPT only",
	"550 carl@neu.example is disabled":                             "without a word for what is disabled it may be a service, or what we wanted of it",
}

// TestCorpus holds the verdicts against what a person says of the replies. Not one
// that is soft may be called hard. CONFUSION.md has them all.
func TestCorpus(t *testing.T) {
	var all verdicts
	for _, name := range corpora {
		t.Run(name, func(t *testing.T) {
			for i, l := range corpus(t, name) {
				want, ok := schemas.ParseReason(schemas.Bounced, l.Want)
				if !ok {
					t.Fatalf("%d: no reason %q", i+1, l.Want)
				}
				got := Default().Reply(l.said())
				all.add(want, got.Reason)
				switch {
				case got.Reason.Hard() && !want.Hard():
					t.Errorf("%d: %s by %s, a wrong hard bounce; want %s: %s", i+1, got.Reason, got.Rule, want, l.Text)
				case got.Reason != want && knownWrong[l.Text] == "":
					t.Errorf("%d: %s by %s; want %s: %s", i+1, got.Reason, got.Rule, want, l.Text)
				}
			}
		})
	}
	const path = "testdata/CONFUSION.md"
	if *rewrite {
		if err := os.WriteFile(path, []byte(all.markdown()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != all.markdown() {
		t.Errorf("%s differs (run with -rewrite and look at the difference): %v", path, err)
	}
}

// TestSoft reads what is said of us, our letter or their trouble in the words that
// others say of recipients.
func TestSoft(t *testing.T) {
	data, err := os.ReadFile("testdata/soft.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if v := Default().Reply(&Said{Text: line}); v.Reason.Hard() {
			t.Errorf("%s by %s: %s", v.Reason, v.Rule, line)
		}
	}
}
