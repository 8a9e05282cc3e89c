package token

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"mailfate/schemas"
)

var (
	oldKey = Key{7, strings.Repeat("o", MinSecret)}
	newKey = Key{8, strings.Repeat("n", MinSecret)}
)

func keys(tb testing.TB, all ...Key) *Keys {
	tb.Helper()
	k, err := NewKeys(all...)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

var good = []Token{
	{schemas.Opened, "4f1c9a7be0d24c1b@news.shop.example", "user@example.org", ""},
	{schemas.Clicked, "4f1c9a7be0d24c1b@news.shop.example", "user@example.org", "https://www.shop.example/autumn?utm_source=mail&id=4711#top"},
	{schemas.Clicked, "m", "", "http://[2001:db8::1]:8080/"},
	{schemas.Unsubscribed, "4f1c9a7be0d24c1b@news.shop.example", "user@example.org", ""},
	{schemas.Unsubscribed, strings.Repeat("m", schemas.MaxMessageID), "a@" + strings.Repeat("b", 300), ""},
	{schemas.Clicked, strings.Repeat("m", schemas.MaxMessageID), strings.Repeat("r", schemas.MaxRecipient-2) + "@b", "https://a.example/" + strings.Repeat("x", MaxLink-18)},
}

func TestRoundTrip(t *testing.T) {
	before, after := keys(t, oldKey), keys(t, newKey, oldKey)
	for _, want := range good {
		text, err := before.Sign(want)
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		if len(text) > MaxSize {
			t.Errorf("%d characters, more than %d", len(text), MaxSize)
		}
		if got, err := after.Open([]byte(text)); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		if text, err = after.Sign(want); err != nil {
			t.Fatal(err)
		}
		if _, err := before.Open([]byte(text)); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("a new key's token, opened with the old one: %v", err)
		}
	}
}

// TestForged changes every bit of a token, cuts it anywhere and makes it longer.
func TestForged(t *testing.T) {
	k := keys(t, newKey, oldKey)
	text, err := k.Sign(good[1])
	if err != nil {
		t.Fatal(err)
	}
	bad := func(what, text string) {
		t.Helper()
		got, err := k.Open([]byte(text))
		if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrUnknownKey) && !errors.Is(err, ErrForged) || got != (Token{}) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	for i := range text {
		bad("cut", text[:i])
		for _, c := range "AB-_=/+ \n" {
			if byte(c) != text[i] {
				bad("changed", text[:i]+string(c)+text[i+1:])
			}
		}
	}
	for _, more := range []string{"A", "AA", "=", "\n", ".", "AAAA", "%00", text} {
		bad("longer", text+more)
	}
	raw, _ := encoding.DecodeString(text)
	for bit := range len(raw) * 8 {
		b := bytes.Clone(raw)
		b[bit/8] ^= 1 << (bit % 8)
		bad("bit", encoding.EncodeToString(b))
	}
	bad("long", strings.Repeat("A", MaxSize+1))
	other, err := keys(t, Key{newKey.ID, strings.Repeat("x", MinSecret)}).Sign(good[1])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Open([]byte(other)); !errors.Is(err, ErrForged) {
		t.Errorf("signed with another secret of the same id: %v", err)
	}
}

// TestSpelling finds no two texts of one token.
func TestSpelling(t *testing.T) {
	k := keys(t, newKey)
	for n := range 4 {
		text, err := k.Sign(Token{Kind: schemas.Opened, MessageID: strings.Repeat("m", n+1)})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			if byte(c) == text[len(text)-1] {
				continue
			}
			if got, err := k.Open([]byte(text[:len(text)-1] + string(c))); err == nil {
				t.Errorf("another spelling is good: %+v", got)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	k := keys(t, newKey)
	id, to := "m@shop.example", "user@example.org"
	for name, bad := range map[string]Token{
		"no kind":        {0, id, to, ""},
		"a machine":      {schemas.MachineOpened, id, to, ""},
		"no message":     {schemas.Opened, "", to, ""},
		"brackets":       {schemas.Opened, "<" + id + ">", to, ""},
		"long message":   {schemas.Opened, strings.Repeat("m", schemas.MaxMessageID+1), to, ""},
		"CR LF in id":    {schemas.Opened, "m\r\nX: y", to, ""},
		"NUL in address": {schemas.Opened, id, "a\x00@b", ""},
		"capitals":       {schemas.Opened, id, "User@example.org", ""},
		"open with link": {schemas.Opened, id, to, "https://a.example/"},
		"click without":  {schemas.Clicked, id, to, ""},
		"script":         {schemas.Clicked, id, to, "javascript:alert(1)"},
		"data":           {schemas.Clicked, id, to, "data:text/html,x"},
		"no scheme":      {schemas.Clicked, id, to, "//evil.example/"},
		"no host":        {schemas.Clicked, id, to, "https:///x"},
		"only a port":    {schemas.Clicked, id, to, "https://:443/x"},
		"capital scheme": {schemas.Clicked, id, to, "HTTPS://a.example/"},
		"CR LF":          {schemas.Clicked, id, to, "https://a.example/\r\nSet-Cookie: x"},
		"NUL":            {schemas.Clicked, id, to, "https://a.example/\x00"},
		"space":          {schemas.Clicked, id, to, "https://a.example/ x"},
		"backslash":      {schemas.Clicked, id, to, `https://a.example\@b.example/`},
		"not ASCII":      {schemas.Clicked, id, to, "https://a.example/é"},
		"long link":      {schemas.Clicked, id, to, "https://a.example/" + strings.Repeat("x", MaxLink)},
	} {
		if text, err := k.Sign(bad); err == nil {
			t.Errorf("%s is signed: %s", name, text)
		}
	}
	for _, bad := range [][]Key{nil, {{1, "short"}}, {oldKey, oldKey}} {
		if _, err := NewKeys(bad...); err == nil {
			t.Errorf("keys %v are taken", bad)
		}
	}
}

func TestCleanLink(t *testing.T) {
	for link, want := range map[string]string{
		" https://a.example/x \n":         "https://a.example/x",
		"HTTPS://a.example/grün tee?q=“":  "https://a.example/gr%C3%BCn%20tee?q=%E2%80%9C",
		"https://a.example/%20{x}|y":      "https://a.example/%20{x}|y",
		"mailto:a@b.example":              "",
		"/relative":                       "",
		"https://":                        "",
		"https://a.example/\r\nX: y":      "",
		`https://a.example\b`:             "",
		"javascript://a.example/%0aalert": "",
		"ftp://a.example/":                "",
	} {
		if got, ok := CleanLink(link); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v; want %q", link, got, ok, want)
		}
	}
}

// TestLength says how long tokens typically are.
func TestLength(t *testing.T) {
	k := keys(t, newKey)
	for _, token := range good[:2] {
		text, err := k.Sign(token)
		if err != nil {
			t.Fatal(err)
		}
		if said := len(token.MessageID) + len(token.Recipient) + len(token.Link); len(text) > (said+21)*4/3+1 {
			t.Errorf("%d characters for %d", len(text), said)
		}
		t.Logf("%v: %d characters: %s", token.Kind, len(text), text)
	}
}

func TestConcurrent(t *testing.T) {
	k := keys(t, newKey, oldKey)
	done := make(chan error)
	for range 4 {
		go func() {
			for i := range 200 {
				want := good[i%3]
				text, err := k.Sign(want)
				if err == nil {
					var got Token
					if got, err = k.Open([]byte(text)); err == nil && got != want {
						err = errors.New("not what was signed")
					}
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// FuzzOpen finds nothing that opens but what was signed.
func FuzzOpen(f *testing.F) {
	k := keys(f, newKey, oldKey)
	signed := map[string]bool{}
	for _, t := range good {
		text, err := k.Sign(t)
		if err != nil {
			f.Fatal(err)
		}
		signed[text] = true
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, err := k.Open(text); err == nil && !signed[string(text)] {
			t.Errorf("%q opens: %+v", text, got)
		}
	})
}

// FuzzSign opens all that can be signed to the same, and what is behind a right MAC
// without harm.
func FuzzSign(f *testing.F) {
	k := keys(f, newKey)
	for _, t := range good {
		f.Add(uint8(t.Kind), t.MessageID, t.Recipient, t.Link, []byte(t.Link))
	}
	f.Fuzz(func(t *testing.T, kind uint8, id, to, link string, said []byte) {
		want := Token{schemas.Kind(kind), id, to, link}
		if text, err := k.Sign(want); err == nil {
			if got, err := k.Open([]byte(text)); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
		if clean, ok := CleanLink(link); ok {
			if again, ok := CleanLink(clean); !ok || again != clean {
				t.Errorf("%q is cleaned to %q and that to %q", link, clean, again)
			}
		}
		if len(said) < headSize {
			return
		}
		if got, err := parse(said); err == nil && got.check() != nil {
			t.Errorf("%q is %+v, which nobody can have signed", said, got)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	k := keys(b, newKey, oldKey)
	text, err := k.Sign(good[1])
	if err != nil {
		b.Fatal(err)
	}
	raw := []byte(text)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(raw); err != nil {
			b.Fatal(err)
		}
	}
}
