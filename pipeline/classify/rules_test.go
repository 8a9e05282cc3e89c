package classify

import (
	"fmt"
	"strings"
	"testing"

	"mailfate/schemas"
)

// What is wrong with a file of rules is said with its place and a remedy.
func TestRulesErrors(t *testing.T) {
	many := &strings.Builder{}
	for i := range maxRules + 1 {
		fmt.Fprintf(many, "[r%d] policy\ntext: word\n", i)
	}
	literals := &strings.Builder{}
	literals.WriteString("[a] policy\ntext: word\n")
	for i := range maxLiterals {
		fmt.Fprintf(literals, "| w%d\n", i)
	}
	for text, want := range map[string]string{
		"[a] policy\n":                                       "x.txt:1: rule a has no text: add a line text: words | other words",
		"\n[A b] policy\n":                                   `x.txt:2: "A b" is no name of a rule`,
		"[a] wrong\n":                                        `x.txt:1: "wrong" is no reason of a bounce: want one of `,
		"[a] policy\ntext: one\ntext: a | | b":               "x.txt:3: a text is empty: write words between and behind |",
		"[a] policy\ntext: x":                                `x.txt:2: "x" is too short`,
		"[a] policy\ntext: 550 5.1.1":                        `x.txt:2: "550 5.1.1" begins with a code`,
		"[a] policy\ntext: 5.1.1 no such user":               "x.txt:2: \"5.1.1 no such user\" begins with a code",
		"[a] user_unknown\ntext: ab\nenhanced: 5.7.1":        "x.txt:3: 5.7.1 is never hard, and user_unknown is: choose a reason that is soft, or",
		"[a] user_unknown\ntext: ab\nenhanced: 5.1.1, 4.1.1": "x.txt:3: 5.1.1, 4.1.1 is never hard",
		"[a] user_unknown\ntext: ab\ncode: 450":              "x.txt:3: 450 is never hard",
		"[a] no_dns\ntext: ab\nspeaker: them":                `x.txt:3: "them" is no speaker: want us`,
		"veto user_unknown: ab":                              "x.txt:1: a veto says what is not hard, and user_unknown is",
		"veto nothing: ab":                                   `x.txt:1: "nothing" is no reason`,
		"veto policy: a | ":                                  "x.txt:1: a text is empty",
		"veto policy: a":                                     `x.txt:1: "a" is too short`,
		"[a] policy\ntext: a*b":                              "has a * within",
		"[a] policy\ntext: a@b.example":                      "write {email}",
		"[a] policy\ntext: ab\n\n[a] policy\ntext: ab":       "x.txt:4: rule a is there already, in line 1: choose another name",
		"[a] policy\ntext: ab\ncode: 250":                    `x.txt:3: "250" is no code of a failure: want 400 to 599, 4xx or 5xx`,
		"[a] policy\ntext: ab\nenhanced: 5.1":                `x.txt:3: "5.1" is no enhanced code: want one such as`,
		"[a] policy\ntext: ab\nhost: *.example":              `x.txt:3: "*.example" is no domain`,
		"[a] policy\ntext: ab\nregexp: (":                    "x.txt:3: error parsing regexp",
		"[a] policy\ntext: ab\ncolour: red":                  `x.txt:3: "colour" is no condition: want text, not,`,
		"text: ab":                                           "x.txt:1: text belongs to a rule: begin it with [name] reason",
		"| ab":                                               "x.txt:1: nothing goes on here",
		"what":                                               `x.txt:1: "what" is no line of rules`,
		"enhanced 4.1.1: user_unknown":                       "x.txt:1: 4.1.1 is never hard, and user_unknown is: choose a reason that is soft",
		"enhanced x.1.1: user_unknown":                       "is never hard",
		"enhanced 5.7.1: user_unknown":                       "is never hard",
		"enhanced 5.*.*: no_dns":                             "is never hard",
		"code 450: user_unknown":                             "x.txt:1: 450 is never hard",
		"code 5xx: policy":                                   "is more than one code: write a line for each",
		"enhanced 5.1.1: policy\nenhanced 5.1.1: policy":     "x.txt:2: enhanced 5.1.1 is there already: put it together",
		"provider A b: x.example":                            `x.txt:1: "A b" is no name of a provider`,
		"policy words: a":                                    `x.txt:1: "policy" is no statement`,
		"# \xff":                                             "x.txt:1: it is no UTF-8: convert the file",
		strings.Repeat("x", maxLine+1):                       "x.txt:1: the line is longer than 4096 bytes",
		strings.Repeat("\n", MaxFile+1):                      "x.txt:1: it is larger than 1048576 bytes",
		many.String():                                        "take out what is not needed",
		literals.String():                                    "is one more than the 4096 that there is room for",
	} {
		_, err := compile(file{"x.txt", text})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

// Rules of a file go before the embedded ones, and replace those of their name.
func TestNew(t *testing.T) {
	ours := "provider ours: mx.ours.example\n\n[ours.gone] mailbox_discarded\ntext: abgemeldet\n\n[full.mailbox] policy\ntext: never said\n\nenhanced 5.1.1: policy\ncode 552: too_large\n"
	r, err := New("x.txt", []byte(ours))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		said Said
		want Verdict
	}{
		{Said{Text: "550 abgemeldet"}, Verdict{schemas.MailboxDiscarded, "ours.gone", "ours"}},
		{Said{Text: "552 5.2.2 mailbox full"}, Verdict{schemas.MailboxFull, "enhanced:x.2.2", ""}},
		{Said{Text: "550 5.1.1 hm"}, Verdict{schemas.Policy, "enhanced:5.1.1", ""}},
		{Said{Text: "552 hm", Host: "in.MX.ours.example[192.0.2.1]:25"}, Verdict{schemas.TooLarge, "code:552", "ours"}},
		{Said{Text: "550 no such user", Host: "mx.google.com"}, Verdict{schemas.UserUnknown, "unknown.server", "gmail"}},
	} {
		if got := r.Reply(&c.said); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.said, got, c.want)
		}
	}
	if n := len(r.rules); n != len(Default().rules)+1 {
		t.Errorf("%d rules, embedded are %d", n, len(Default().rules))
	}
}

// The version is another whenever the text of the rules is.
func TestVersion(t *testing.T) {
	version := func(text string) uint64 {
		r, err := New("x.txt", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return r.Version()
	}
	one := version("[a] policy\ntext: one")
	if one != version("[a] policy\ntext: one") || one == version("[a] policy\ntext: two") || one == version("") {
		t.Error("the version does not follow the text")
	}
}

// Every literal of the embedded rules can be said, and is found wherever it stands.
func TestEveryLiteralIsFound(t *testing.T) {
	words := &Default().words
	for id := range words.literals {
		l := &words.literals[id]
		for _, frame := range []string{"%s", "(%s)", "so: %s, and on"} {
			q := question{text: fmt.Appendf(nil, frame, l.key.text)}
			if words.scan(&q); !q.literals.has(uint16(id)) {
				t.Errorf("%q is not found in %q", l.key.text, q.text)
			}
		}
	}
}
