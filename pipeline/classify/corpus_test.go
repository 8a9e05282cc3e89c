package classify

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"mailfate/schemas"
)

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

// confusion counts what was said of what.
type confusion map[string]map[string]int

func (c confusion) add(want, got string) {
	if c[want] == nil {
		c[want] = map[string]int{}
	}
	c[want][got]++
}

func (c confusion) right() (n int) {
	for want := range c {
		n += c[want][want]
	}
	return n
}

func (c confusion) String() string {
	var b strings.Builder
	for _, want := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(&b, "%-22s", want)
		for _, got := range slices.Sorted(maps.Keys(c[want])) {
			fmt.Fprintf(&b, " %s %d", got, c[want][got])
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func hardness(r schemas.Reason) string {
	if r.Hard() {
		return "hard"
	}
	return "soft"
}

// corpora are the files of labelled replies; testdata/README.md says how they came
// to be.
var corpora = []string{"replies.ndjson", "unseen.ndjson", "again.ndjson", "third.ndjson"}

// knownWrong are the replies that are called otherwise than a person would, and why that
// is left so.
var knownWrong = map[string]string{
	"550 carl@neu.example is disabled": "without a word for what is disabled it may be a service, or what we wanted of it",
}

// TestCorpus holds the verdicts against what a person says of the replies. Not one
// that is soft may be called hard.
func TestCorpus(t *testing.T) {
	for _, name := range corpora {
		t.Run(name, func(t *testing.T) {
			reasons, classes, faults := confusion{}, confusion{}, confusion{}
			all := corpus(t, name)
			for i := range all {
				l := &all[i]
				want, ok := schemas.ParseReason(schemas.Bounced, l.Want)
				if !ok {
					t.Fatalf("%d: no reason %q", i+1, l.Want)
				}
				got := Default().Reply(l.said())
				reasons.add(l.Want, got.Reason.String())
				classes.add(hardness(want), hardness(got.Reason))
				faults.add(want.Fault().String(), got.Reason.Fault().String())
				switch {
				case got.Reason.Hard() && !want.Hard():
					t.Errorf("%d: %s by %s, a wrong hard bounce; want %s: %s", i+1, got.Reason, got.Rule, want, l.Text)
				case got.Reason != want && knownWrong[l.Text] == "":
					t.Errorf("%d: %s by %s; want %s: %s", i+1, got.Reason, got.Rule, want, l.Text)
				}
			}
			t.Logf("%d of %d right\n%v\n%v\n%v", reasons.right(), len(all), reasons, classes, faults)
		})
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
