package shape

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

func TestAppend(t *testing.T) {
	for line, want := range map[string]string{
		"Nov 21 23:20:20 mx1 postfix/smtp[1234]: 4XyZ1234567: hello":   "0 0 :: mx0 postfix/smtp[0]: 0: hello",
		"2026-11-22T03:25:18.710+01:00 mx1 x":                          "0-0-0T0:0:0.0+0:0 mx0 x",
		"to=<Jo.Doe+x@example.com>, relay=[192.0.2.1]:25":              "to=<@>, relay=[0.0.0.0]:0",
		"to=Jo=Doe@example.com relay=mx.example.com:25":                "to=@ relay=host:0",
		"<SRS0=a1Bx=tt=example.org=jo@example.com> <> <b>":             "<@> <> <b>",
		"2001:db8::1 said: no":                                         ":: said: no",
		"client [IPv6:2001:db8::1], [::1], [::ffff:192.0.2.1]":         "client [::], [::], [::]",
		`said "no such user \"jo\"", T="Hello Jo" (from 192.0.2.1:25)`: `said "", T=… (from 0.0.0.0:0)`,
		`{"type":"Delivery","id":"x","n":1,"peer address": "y"}`:       `{"type":"","id":"","n":0,"": ""}`,
		"warning: header Subject: Hello Jo; from=<a@b.example>":        "warning: header Subject: …",
		"/o/3F2A1C0DE1/jo%40example.com.gif?x=1 GET":                   "/o/0/@ GET",
		"a stray \" and what follows":                                  `a stray ""`,
		"a\x00b\xff\x1b":                                               "a?b??",
		"":                                                             "",
		"grüße 17x":                                                    "grüße 0x",
		"@ : . -":                                                      "@ : . -",
	} {
		if got := string(Append(nil, []byte(line))); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// TestIDsCollapse: ids of one format have one shape, whether they happen to have
// digits and letters in them or not.
func TestIDsCollapse(t *testing.T) {
	for what, id := range map[string][]string{
		"Exim":            {"1wAbCd-000000012Xy-0AbC", "abcdef-ghijklmnopq-rstu", "123456-12345678901-1234", "1wAbCd-0001Xy-AB"},
		"Postfix":         {"3F2A1C", "3F2A1C0DE1", "4XyZ123456wrt", "BCDFGHJKLMzNP", "1234567890", "31", "A1B2C3"},
		"UUID":            {"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "12345678-1234-1234-1234-123456789012", "deadbeef-dead-beef-dead-beefdeadbeef"},
		"hexadecimal":     {"deadbeef", "0123456789abcdef0123456789abcdef", strings.Repeat("a", 40)},
		"sendmail":        {"7AM3PGQX012345", "123456789012345"},
		"KumoMTA and AWS": {"01020152a3b4c5d6e7f8", "d7ef132b5b7711eaaf8bcc47af2b0a26"},
	} {
		for _, one := range id {
			if got := string(Append(nil, []byte("id "+one+": gone"))); got != "id 0: gone" {
				t.Errorf("%s %s: %q", what, one, got)
			}
		}
	}
	for _, words := range []string{"postfix", "rhythms", "status=deferred", "MAIL FROM", "facade", "TLSv0"} {
		if got := string(Append(nil, []byte(words))); got != words {
			t.Errorf("%q: %q", words, got)
		}
	}
}

func TestRedact(t *testing.T) {
	for line, want := range map[string]string{
		"to=<jo@example.com>, relay=mx.example.com[192.0.2.1]:25, id 4XyZ12": "to=<x@example.com>, relay=mx.example.com[0.0.0.0]:25, id 4XyZ12",
		"from=bounce+jo=example.org@shop.example to jo@x":                    "from=x@shop.example to x@x",
		`"jo doe"@example.com <"jo doe"@example.com>`:                        `"jo doe"@example.com <x@example.com>`,
		"rfc822;jo@example.com (jo@x)":                                       "rfc822;x@example.com (x@x)",
		"[IPv6:2001:db8::1]:25 2001:db8::1: ::ffff:192.0.2.1 at 03:25:18":    "[::]:25 ::: :: at 03:25:18",
		"header Subject: Hello Jo from x; from=<a@b.example>":                "header Subject: x",

		"Subject:Hello jo@x":             "Subject:x",
		"SUBJECT=Hello":                  "SUBJECT=x",
		`{"Subject":"cut off`:            `{"Subject":"x"`,
		"GET /o/M1/jo%40example.com.gif": "GET /o/M1/x%40example.com.gif",

		`T="Hello \"Jo\" x" from <a@b.example>`:                           `T="x" from <x@b.example>`,
		`{"subject" : "Hello","to":"jo@x.example","peer":"192.0.2.1:25"}`: `{"subject" : "x","to":"x@x.example","peer":"0.0.0.0:25"}`,
	} {
		if got := string(Redact(nil, []byte(line))); got != want {
			t.Errorf("%q:\n got %q\nwant %q", line, got, want)
		}
	}
	long := strings.Repeat("a ", redactedBytes/2-5) + "secret.and.longer@example.com"
	if got := Redact(nil, []byte(long)); bytes.Contains(got, []byte("secret")) {
		t.Errorf("…%s", got[len(got)-40:])
	}
}

func line(s string) sources.Line { return sources.Line{Data: []byte(s), File: "f", Offset: 7} }

func TestTableCountsEveryLineOnce(t *testing.T) {
	table, kept := NewTable("s", false), map[string]schemas.Unparsed{}
	keep := func(u *schemas.Unparsed) { kept[u.Shape] = *u }
	for i := range 5000 {
		table.Count(line(fmt.Sprintf("to=<jo@x> %s%s", strings.Repeat("ab ", i%70), strings.Repeat("o", i%31))), int64(i+1))
		if i%777 == 0 { // a new start
			table.Changed(keep)
			table = NewTable("s", false)
			for _, u := range kept {
				table.Load(&u)
			}
		}
	}
	table.Changed(keep)
	table.Changed(func(u *schemas.Unparsed) { t.Errorf("handed out twice: %q", u.Shape) })
	sum := uint64(0)
	for _, u := range kept {
		sum += u.Lines
		if len(u.Examples) == 0 || len(u.Examples) > maxExamples || bytes.Contains(u.Examples[0], []byte("jo@")) || u.File != "f" || u.Offset != 7 {
			t.Errorf("%q: %q, %s:%d", u.Shape, u.Examples, u.File, u.Offset)
		}
		if u.First == 0 || u.Last < u.First {
			t.Errorf("%q: %d to %d", u.Shape, u.First, u.Last)
		}
	}
	if sum != 5000 || len(kept) != Max+1 || kept[Other].Lines == 0 {
		t.Errorf("%d lines of %d shapes, %d of others", sum, len(kept), kept[Other].Lines)
	}
	ranked := table.Ranked()
	for i := 1; i < len(ranked); i++ {
		if ranked[i].Lines > ranked[i-1].Lines {
			t.Fatalf("%d after %d", ranked[i].Lines, ranked[i-1].Lines)
		}
	}
}

func TestRawExamples(t *testing.T) {
	table := NewTable("s", true)
	table.Count(line("to=<jo@x>"), 1)
	if got := table.Ranked()[0].Examples; len(got) != 1 || string(got[0]) != "to=<jo@x>" {
		t.Errorf("%q", got)
	}
}

// FuzzShape: shapes are bounded and have no zero byte in them, which ends a key;
// and where a local part is known, it is neither in the shape nor in the example.
func FuzzShape(f *testing.F) {
	f.Add([]byte("Nov 21 23:20:20 mx1 a@b:::..-"), []byte(" x"))
	f.Add([]byte(`{"a\"":"b\\","subject":"`), []byte(`"}`))
	f.Add([]byte("<a@b <c@d> to="), []byte("=?utf-8?"))
	f.Fuzz(func(t *testing.T, before, after []byte) {
		whole := append(append(bytes.Clone(before), after...), '.')
		if got := Append(nil, whole); len(got) > maxShape || bytes.IndexByte(got, 0) >= 0 {
			t.Errorf("%d bytes: %q", len(got), got)
		}
		const secret = "zyzzyva"
		if len(before)+len(after) > 400 || bytes.Contains(whole, []byte(secret)) {
			return
		}
		named := append(append(bytes.Clone(before), " <"+secret+"@example.com> "...), after...)
		if got := Redact(nil, named); bytes.Contains(got, []byte(secret)) {
			t.Errorf("redacted: %q", got)
		}
		if got := Append(nil, named); bytes.Contains(got, []byte(secret)) {
			t.Errorf("shape: %q", got)
		}
	})
}
