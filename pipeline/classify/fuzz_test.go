package classify

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"mailfate/schemas"
)

func seeds(f *testing.F, add func(*labelled)) {
	for _, name := range corpora {
		for _, l := range corpus(f, name) {
			add(&l)
		}
	}
}

// FuzzReply: whatever is said, there is a verdict, and the codes that forbid to
// call it hard do.
func FuzzReply(f *testing.F) {
	seeds(f, func(l *labelled) { f.Add(l.Code, l.Enhanced, l.Command, l.Host, l.Text) })
	rules := Default()
	f.Fuzz(func(t *testing.T, code uint16, enhanced, command, host, text string) {
		said := Said{code, enhanced, command, host, text}
		v := rules.Reply(&said)
		if !schemas.Bounced.Has(v.Reason) || v.Rule == "" {
			t.Fatalf("%+v is %+v", said, v)
		}
		if again := rules.Reply(&said); again != v {
			t.Fatalf("%+v, then %+v", v, again)
		}
		if v.Reason.Hard() && (code/100 == 4 || strings.HasPrefix(enhanced, "4.") && parseStatus(enhanced).class != 0 || parseStatus(enhanced).subject == 7) {
			t.Fatalf("%+v is hard by %s", said, v.Rule)
		}
		if v.Reason.Hard() && code != 0 && code/100 != 5 {
			t.Fatalf("%+v is hard by %s", said, v.Rule)
		}
		for _, begin := range []string{"550 5.7.1 ", "550 4.1.1 ", "450 ", "550 5.1.1 password, "} {
			soft := Said{code, enhanced, command, host, begin + text}
			if v := rules.Reply(&soft); v.Reason.Hard() {
				t.Fatalf("%+v is hard by %s", soft, v.Rule)
			}
		}
	})
}

// FuzzNormalise: the form in which rules know a text is bounded, valid and its own
// form.
func FuzzNormalise(f *testing.F) {
	seeds(f, func(l *labelled) { f.Add(l.Text) })
	f.Fuzz(func(t *testing.T, text string) {
		got := normalise(nil, text)
		switch {
		case len(got) > maxText+len(email):
			t.Fatalf("%d bytes", len(got))
		case !utf8.Valid(got):
			t.Fatalf("%q is no UTF-8", got)
		case bytes.Contains(got, []byte("  ")) || bytes.ContainsAny(got, "\r\n\t\x00"):
			t.Fatalf("%q has more than single spaces", got)
		}
	})
}

// FuzzTemplate: a template is bounded, and the same for the same text in other
// letters and spaces.
func FuzzTemplate(f *testing.F) {
	seeds(f, func(l *labelled) { f.Add(l.Text) })
	f.Fuzz(func(t *testing.T, text string) {
		said := Said{Text: text}
		got := said.AppendTemplate(nil)
		if len(got) > 4*maxText || !utf8.Valid(got) {
			t.Fatalf("%d bytes: %q", len(got), got)
		}
		spaced := Said{Text: " " + text + "\r\n"}
		if again := spaced.AppendTemplate(nil); len(text) < maxText/2 && !bytes.Equal(again, got) {
			t.Fatalf("%q, with spaces around it %q", got, again)
		}
	})
}

// FuzzRules: a file of rules is refused with its name and a line, or judges every
// reply, and nothing in it makes one hard that must not be.
func FuzzRules(f *testing.F) {
	f.Add(embedded[:4000])
	f.Add("[a] policy\ntext: no | nope\n    | never\nnot: yes\ncode: 5xx\nenhanced: 5.7.*, x.2.2\ncommand: rcpt\nhost: a.example\nregexp: n.\nsee: x\n")
	f.Add("provider p: p.example\nenhanced 5.1.1: user_unknown\ncode 552: mailbox_full\n")
	f.Add("[a] user_unknown\ntext: spam*|*spam | {email}\n")
	said := Said{Code: 450, Enhanced: "4.1.1", Host: "mx.p.example", Text: "450 4.1.1 no such user, spam, nope"}
	policy := Said{Text: "550 5.7.1 no such user, spam, nope"}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := compile(file{"x.txt", text})
		if err != nil {
			if !strings.Contains(err.Error(), "x.txt:") {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		for _, s := range []*Said{&said, &policy} {
			if v := r.Reply(s); v.Reason.Hard() {
				t.Fatalf("%+v is hard by %s", s, v.Rule)
			}
		}
	})
}
