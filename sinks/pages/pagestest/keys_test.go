package pagestest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const signInForm = "form[data-form=signin]"

// keys looks at the pages as owners of keys do.
func (s *site) keys(t *testing.T) {
	add := func(account, scopes string) string {
		return s.program.output(t, "key", "add", "--data", s.program.dir, "--account", account, "--scope", scopes)
	}
	own, other := add("default", "check,read,download"), add("shop", "check,read")
	s.address = s.program.serve(t)
	t.Run("own", func(t *testing.T) { s.ownKey(t, own) })
	t.Run("download", func(t *testing.T) { s.download(t, own) })
	t.Run("other", func(t *testing.T) { s.otherKey(t, other) })
}

// ownKey signs in, is remembered by the tab alone, and signs out.
func (s *site) ownKey(t *testing.T, key string) {
	b := s.blank(t)
	b.secret(key)
	b.visit("/")
	if b.text(signInForm) == "" || strings.Contains(b.text("body"), "default") {
		t.Fatalf("without a key there is\n%s", b.text("body"))
	}
	b.signIn("mf_wrong_key")
	b.until("the key is refused", "document.querySelector('#wrong-key')")
	b.signIn(key)
	b.until("the key is taken", "!document.querySelector("+quote(signInForm)+")")
	b.settle()
	s.figures(b)
	b.visit("/bounces")
	if b.text(signInForm) != "" {
		t.Error("the key is forgotten with the page")
	}
	again := s.open(t, "/bounces")
	if again.text(signInForm) == "" {
		t.Error("the key is known to another")
	}
}

// otherKey sees nothing of the recorded messages, which are another's.
func (s *site) otherKey(t *testing.T, key string) {
	b := s.blank(t)
	b.secret(key)
	b.visit("/")
	b.signIn(key)
	b.until("the key is taken", "!document.querySelector("+quote(signInForm)+")")
	b.settle()
	for _, path := range []string{"/", "/feed", "/bounces", "/suppressions", "/message?id=em_002300", "/recipient?address=kofi.costa27@corp.example"} {
		b.visit(path)
		for _, foreign := range []string{"news.mailfate.example", "kofi.costa27", "autumn-sale", "gmail"} {
			if text := b.text("main"); strings.Contains(text, foreign) && !strings.Contains(path, foreign) {
				t.Errorf("%s tells of %s:\n%.2000s", path, foreign, text)
			}
		}
		b.fits(path)
		b.shot("nothing-" + name(path))
	}
}

// secret says what must be in no address, and that a browser may tell of refusals.
func (b *tab) secret(key string) {
	b.watch.secret = key
	b.watch.allow(http.StatusUnauthorized)
	b.watch.allow(http.StatusNotFound) // of another's message
}

func (b *tab) signIn(key string) {
	b.t.Helper()
	b.write(signInForm+" input[name=key]", key)
	b.do("sign in", chromedp.KeyEvent(kb.Enter))
}
