package jsonline

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// members reads a whole object; nil and an error when it is malformed.
func members(line []byte, lenient bool) ([]Member, error) {
	s := Scanner{Lenient: lenient}
	ms := []Member{}
	for s.Object(line); s.Next(); {
		ms = append(ms, Member{s.Key(), s.Value()})
	}
	return ms, s.Err()
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`plain`, "plain"},
		{`\"\\\/\b\f\n\r\t`, "\"\\/\b\f\n\r\t"},
		{`\u00e9\u20AC`, "é€"},
		{`\ud83d\ude00`, "😀"},
		{`\ud83dx`, "\ufffdx"},
		{`\ud83d\u0041`, "\ufffdA"},
		{`\ude00\ud83d\ude00`, "\ufffd😀"},
		{"\xff\xfe", "\xff\xfe"},
		{`\u0000`, "\x00"},
	} {
		ms, err := members([]byte(`{"k":"`+tc.in+`"}`), false)
		if err != nil || len(ms) != 1 {
			t.Errorf("%s: %v, %v", tc.in, ms, err)
			continue
		}
		if got := string(ms[0].Value.AppendText(nil)); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestLenient(t *testing.T) {
	for _, in := range []string{`{"k":"a\x22b"}`, "{\"k\":\"a\x01b\"}"} {
		if _, err := members([]byte(in), false); err == nil {
			t.Errorf("%s: accepted though not lenient", in)
		}
		if _, err := members([]byte(in), true); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
	ms, _ := members([]byte(`{"k":"a\x22b"}`), true)
	if got := string(ms[0].Value.AppendText(nil)); got != `a"b` {
		t.Errorf(`\x22 reads as %q`, got)
	}
}

func TestControlCharacters(t *testing.T) {
	for n := range 20 {
		text := bytes.Repeat([]byte("\x80\xff ~a"), 4)[:n]
		if special(text) < len(text) {
			t.Errorf("%q has none", text)
		}
		for i := range text {
			for _, c := range []byte{0, 1, 0x1f} {
				with := bytes.Clone(text)
				with[i] = c
				if special(with) != i {
					t.Errorf("%q has one", with)
				}
			}
		}
	}
}

func TestLimits(t *testing.T) {
	deep := func(n int) []byte {
		return []byte(`{"k":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`)
	}
	if _, err := members(deep(MaxDepth-1), false); err != nil {
		t.Errorf("%d levels: %v", MaxDepth, err)
	}
	if _, err := members(deep(MaxDepth), false); err == nil {
		t.Errorf("%d levels accepted", MaxDepth+1)
	}
	if _, err := members(deep(1<<20), false); err == nil {
		t.Error("a million levels accepted")
	}
	many := []byte(`{` + strings.Repeat(`"k":1,`, MaxMembers) + `"k":1}`)
	if _, err := members(many, false); err == nil {
		t.Errorf("%d members accepted", MaxMembers+1)
	}
	wide := []byte(`{"k":[` + strings.Repeat(`1,`, MaxMembers) + `1]}`)
	if _, err := members(wide, false); err == nil {
		t.Errorf("%d elements accepted", MaxMembers+1)
	}
}

// FuzzScanner holds the scanner against encoding/json: they accept the same
// objects and read the same texts.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { "a" : 1 , "b":[1,2,{"c":null}]} `, `{"a":-0.5e+3,"b":true,"c":false}`, `{"a":01}`, `{"a":1,}`, `{,}`,
		`{"a":"\ud83d\ude00\u00e9"}`, `{"a":"\x22"}`, `{"a" "b"}`, `{"a":tru}`, `{}{}`, `[1]`, `{"a":.5}`, `{"a":1.}`, `{"a":+1}`, `{"\u0061":1,"a":2}`,
		"{\"a\":\"\xff\"}", `{"a":"`, `{"a":{"b":{"c":[[]]}}}`, `{"a":[1 2]}`, ``, `{"a":[}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		_, _ = members(line, true)
		ms, err := members(line, false)
		if errors.Is(err, errTooDeep) || errors.Is(err, errTooMany) {
			return
		}
		var want map[string]json.RawMessage
		twinErr := json.Unmarshal(line, &want)
		if want == nil {
			twinErr = errMalformed // null is no object
		}
		if (err == nil) != (twinErr == nil) {
			t.Fatalf("%q: %v, encoding/json says %v", line, err, twinErr)
		}
		if err != nil || !utf8.Valid(line) {
			return
		}
		got := map[string]Value{}
		for _, m := range ms {
			got[string(m.Key)] = m.Value
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d keys, want %d", line, len(got), len(want))
		}
		for k, raw := range want {
			var s string
			if json.Unmarshal(raw, &s) == nil && got[k].Type == String {
				if text := string(got[k].AppendText(nil)); text != s {
					t.Fatalf("%q: %q is %q, want %q", line, k, text, s)
				}
			}
		}
		form := AppendCanonical(nil, ms)
		rand.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
		if len(got) == len(ms) && !bytes.Equal(form, AppendCanonical(nil, ms)) {
			t.Fatalf("%q: the canonical form depends on the order", line)
		}
	})
}

func TestCanonicalForm(t *testing.T) {
	form := func(in string) string {
		ms, err := members([]byte(in), false)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		return string(AppendCanonical(nil, ms))
	}
	same := [][]string{
		{`{"a":1,"b":{"x":"é","y":[1,2]}}`, `{ "b" : {"y":[1, 2],"x":"\u00e9"}, "a":1 }`},
		{`{"a":2}`, `{"a":1,"a":2}`, `{"\u0061":2}`},
	}
	for _, group := range same {
		for _, in := range group[1:] {
			if form(in) != form(group[0]) {
				t.Errorf("%s and %s have two forms", in, group[0])
			}
		}
	}
	seen := map[string]string{}
	for _, in := range []string{
		`{}`, `{"a":1}`, `{"a":"1"}`, `{"a":[1]}`, `{"a":[[1]]}`, `{"a":[],"b":1}`, `{"a":["b",1]}`, `{"a":{}}`, `{"a":{"b":1}}`, `{"a":null}`, `{"a":[1,2]}`, `{"a":[12]}`,
	} {
		if other, dup := seen[form(in)]; dup {
			t.Errorf("%s and %s have one form", in, other)
		}
		seen[form(in)] = in
	}
}

// TestSpecial compares with a look at every byte.
func TestSpecial(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := make([]byte, rnd.IntN(40))
		for i := range b {
			b[i] = byte(rnd.IntN(256)) | 0x80 // mostly plain
			if rnd.IntN(3) == 0 {
				b[i] = byte(rnd.IntN(128))
			}
		}
		want := bytes.IndexFunc(b, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
		if want < 0 {
			want = len(b)
		}
		if got := special(b); got != want {
			t.Fatalf("special(%q) = %d, want %d", b, got, want)
		}
	}
}
