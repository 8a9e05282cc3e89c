package links

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"mailfate/schemas"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

func mail(tb testing.TB) *Mail {
	tb.Helper()
	keys, err := token.NewKeys(token.Key{ID: 1, Secret: strings.Repeat("k", token.MinSecret)})
	if err != nil {
		tb.Fatal(err)
	}
	return &Mail{keys, "https://click.shop.example", "<m1@shop.example>", "User@Example.org"}
}

// untracked puts what tokens say back in their place.
func untracked(tb testing.TB, m *Mail, out string) string {
	tb.Helper()
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(out, m.Base+tracking.TokenPath)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		text := rest[:strings.IndexFunc(rest+" ", func(r rune) bool {
			return !strings.ContainsRune("-_", r) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
		})]
		t, err := m.Keys.Open([]byte(text))
		if err != nil || t.MessageID != "m1@shop.example" || t.Recipient != "user@example.org" {
			tb.Errorf("%q: %+v, %v", text, t, err)
		}
		b.WriteString("{" + t.Kind.String() + " " + t.Link + "}")
		out = rest[len(text):]
	}
}

func TestHTML(t *testing.T) {
	m := mail(t)
	own, err := m.Unsubscribe()
	if err != nil {
		t.Fatal(err)
	}
	const pixel = `<img src="{opened }.gif" width="1" height="1" alt="" style="display:block;border:0">`
	for in, want := range map[string]string{
		`<a href="https://a.example/">x</a></body></html>`:                             `<a href="{clicked https://a.example/}">x</a>` + pixel + `</body></html>`,
		`<A CLASS=b HREF='http://a.example/?x=1&amp;y=2' >x`:                           `<A CLASS=b HREF='{clicked http://a.example/?x=1&y=2}' >x` + pixel,
		"<a\nhref = https://a.example/x>x</a>\n</HTML >\r\n":                           "<a\nhref = {clicked https://a.example/x}>x</a>\n" + pixel + "</HTML >\r\n",
		`<area href=" HTTPS://Bücher.example/é ">`:                                     `<area href="{clicked https://xn--bcher-kva.example/%C3%A9}">` + pixel,
		`<a href="https://a.example/?a=1&copy=2">`:                                     `<a href="{clicked https://a.example/?a=1&copy=2}">` + pixel,
		`<a href="/x" title="href='https://no.example/'">`:                             `<a href="/x" title="href='https://no.example/'">` + pixel,
		`<a title="href=" href="https://a.example/">`:                                  `<a title="href=" href="{clicked https://a.example/}">` + pixel,
		`<a x='>' href="https://a.example/">`:                                          `<a x='>' href="{clicked https://a.example/}">` + pixel,
		`<a href="https://a.example/" href="https://b.example/">`:                      `<a href="{clicked https://a.example/}" href="https://b.example/">` + pixel,
		`<a href href="https://b.example/">`:                                           `<a href href="https://b.example/">` + pixel,
		`<a/href="https://a.example/"/>`:                                               `<a/href="{clicked https://a.example/}"/>` + pixel,
		`<a href="https://a.example/" data-track="NO">`:                                `<a href="https://a.example/" data-track="NO">` + pixel,
		`<a href="mailto:a@b.example"><a href="#x"><a href="tel:1">`:                   `<a href="mailto:a@b.example"><a href="#x"><a href="tel:1">` + pixel,
		`<a href="javascript:alert(1)"><link href="https://a.example/">`:               `<a href="javascript:alert(1)"><link href="https://a.example/">` + pixel,
		`<a href="HTTPS://Click.Shop.Example` + strings.TrimPrefix(own, m.Base) + `">`: `<a href="HTTPS://Click.Shop.Example` + strings.TrimPrefix(own, m.Base) + `">` + pixel,
		`<a href="` + own + `">`:                                                       `<a href="{unsubscribed }">` + pixel,
		`<!--[if mso]><a href="https://a.example/"></body><![endif]-->`:                `<!--[if mso]><a href="https://a.example/"></body><![endif]-->` + pixel,
		`<script>"<a href='https://a.example/'>"</script><style></body></style>`:       `<script>"<a href='https://a.example/'>"</script><style></body></style>` + pixel,
		`<body></body><p></body></html>x`:                                              `<body></body><p>` + pixel + `</body></html>x`,
		`x <a href="https://a.example/`:                                                `x ` + pixel + `<a href="https://a.example/`,
		"\x00\xff<p \x00>&amp;\r":                                                      "\x00\xff<p \x00>&amp;\r" + pixel,
		``:                                                                             pixel,
		`<a href="https://a.example/` + strings.Repeat("x", 3000) + `">`:               `<a href="https://a.example/` + strings.Repeat("x", 3000) + `">` + pixel,
	} {
		out, err := m.HTML([]byte(in), true)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, untracked(t, m, string(out))); d != "" {
			t.Errorf("%s (-want +got):\n%s", in, d)
		}
		if again, err := m.HTML(out, false); err != nil || !bytes.Equal(again, out) {
			t.Errorf("tracked twice: %s, %v", again, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	m := mail(t)
	got, err := m.Headers()
	if err != nil {
		t.Fatal(err)
	}
	if want := "List-Unsubscribe: <{unsubscribed }>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"; untracked(t, m, got) != want {
		t.Errorf("%q", got)
	}
	for _, wrong := range []Mail{
		{m.Keys, m.Base, m.MessageID, ""},
		{m.Keys, "http://click.shop.example", m.MessageID, m.Recipient},
		{m.Keys, m.Base, strings.Repeat("m", 500), strings.Repeat("r", 400) + "@a.example"},
	} {
		if got, err := wrong.Headers(); err == nil {
			t.Errorf("%q", got)
		}
	}
	m.MessageID = "a b\r\nBcc: x"
	if got, err := m.Headers(); err == nil {
		t.Errorf("%q", got)
	}
	if _, err := m.HTML(nil, true); err == nil {
		t.Error("a pixel of no message")
	}
	if got, err := m.Click("ftp://a.example/"); err == nil {
		t.Error(got)
	}
}

// FuzzHTML finds no HTML of which anything else changes than the links.
func FuzzHTML(f *testing.F) {
	m := mail(f)
	for _, s := range []string{
		`<a href="https://a.example/" x=y>z</a></body>`, `<A/HREF=http://a.example/ =b c='d'><area href = 'https://a.example/&amp;'>`,
		"<!-- <a href=https://a.example/> --><a\n\fhref\r=\thttps://a.example/ data-track=no>", `<textarea><a href="https://a.example/"></textarea>`, `<a =href="https://a.example/" href="https://b.example/`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := m.HTML(in, false)
		if err != nil {
			t.Fatal(err)
		}
		was, is := html.NewTokenizer(bytes.NewReader(in)), html.NewTokenizer(bytes.NewReader(out))
		for {
			kind := was.Next()
			if got := is.Next(); got != kind {
				t.Fatalf("%v became %v in %q, of %q", kind, got, out, in)
			}
			if kind == html.ErrorToken {
				return
			}
			same(t, m, was.Token(), is.Token())
		}
	})
}

func same(t *testing.T, m *Mail, was, is html.Token) {
	t.Helper()
	for i, a := range was.Attr {
		if a.Key != "href" || len(is.Attr) <= i || is.Attr[i].Val == a.Val {
			continue
		}
		text, ours := strings.CutPrefix(is.Attr[i].Val, m.Base+tracking.TokenPath)
		tok, err := m.Keys.Open([]byte(text))
		clean, _ := token.CleanLink(a.Val)
		if !ours || err != nil || tok.Kind != schemas.Clicked || tok.Link != clean {
			t.Fatalf("%q became %q", a.Val, is.Attr[i].Val)
		}
		is.Attr[i].Val = a.Val
		break // only the first is tracked
	}
	if d := cmp.Diff(was, is); d != "" {
		t.Fatalf("(-was +is)\n%s", d)
	}
}
