package pagestest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// shell goes from page to page without leaving the document, and back.
func (s *site) shell(t *testing.T) {
	b := s.open(t, "/?account=default&vocabulary=unisender&period=7d")
	b.do("mark the document", evaluate("globalThis.same = true"))
	pages := ask[[]string](b, "[...document.querySelectorAll('nav a')].map(a => new URL(a.href).pathname)")
	if !slices.Equal(pages, []string{"/", "/feed", "/bounces", "/suppressions", "/health"}) {
		t.Errorf("one can go to %v", pages)
	}
	for _, path := range pages[1:] {
		b.click("nav a[href^=" + quote(path) + "]")
		b.at(path)
		at := b.location().Query()
		if at.Get("account") != "default" || at.Get("vocabulary") != "unisender" || at.Get("period") != "7d" {
			t.Errorf("what was looked at is forgotten: %s", b.location())
		}
		current := b.text("nav a[aria-current=page]")
		if title := ask[string](b, "document.title"); !strings.HasPrefix(title, current) || current == "" || b.text("h1") == "" {
			t.Errorf("%s is titled %q, headed %q, and %q is marked", path, title, b.text("h1"), current)
		}
		if !ask[bool](b, "document.activeElement.id === 'main' && document.querySelectorAll('h1').length === 1 && globalThis.same") {
			t.Errorf("%s: who listens is not put at its beginning, or the document was left", path)
		}
	}
	for _, path := range []string{"/suppressions", "/bounces", "/feed", "/"} {
		b.back(path)
	}
	b.do("search from anywhere", chromedp.Focus(chromedp.CSS("header [role=search] input")), chromedp.KeyEvent("whole-story.20efbc96@news.mailfate.example"+kb.Enter))
	b.at("/feed")
	if got := b.location().Query().Get("q"); got != "whole-story.20efbc96@news.mailfate.example" || !strings.Contains(b.text("main"), "kofi.costa27@corp.example") {
		t.Errorf("the search leads to %s:\n%s", b.location(), b.text("main"))
	}
}

// at waits for a page that a link leads to.
func (b *tab) at(path string) {
	b.t.Helper()
	b.until("it is at "+path, "location.pathname === "+quote(path)+" && document.querySelector('nav [aria-current=page]')?.pathname === "+quote(path))
	b.settle()
}

// strange are addresses behind which there is little or nothing, and what is said there.
var strange = map[string]string{
	"/nonsense": "no such page",
	"/message?id=nobody-knows-this@nowhere.example": "",
	"/message": "",
	"/recipient?address=nobody%40nowhere.example": "",
	"/recipient":                                            "",
	"/feed?q=nobody%40nowhere.example":                      "",
	"/suppressions?recipient=nobody%40nowhere.example":      "",
	"/?from=2020-01-01&to=2020-01-02":                       "",
	"/bounces?from=2020-01-01&to=2020-01-02":                "",
	"/feed?status=nonsense&vocabulary=nonsense&cursor=%00x": "",
	"/?from=2026-13-45&to=x&period=-1&sort_provider=x":      "",
	"/bounces?account=nobody":                               "",
}

// lost says what to do where there is nothing to see.
func (s *site) lost(t *testing.T) {
	b := s.blank(t)
	b.watch.allow(http.StatusNotFound)
	b.watch.allow(http.StatusBadRequest)
	b.watch.allowed = append(b.watch.allowed, "network: Failed to load resource: the server responded with a status of 404 (Not Found) "+s.address+"/nonsense")
	for _, path := range slices.Sorted(maps.Keys(strange)) {
		b.visit(path)
		text := strings.TrimSpace(b.text("main"))
		if !strings.Contains(strings.ToLower(text), strange[path]) || strings.Count(text, "\n") < 1 {
			t.Errorf("%s says\n%s", path, text)
		}
		for _, wrong := range []string{"NaN", "undefined", "null", "[object", "has failed", "Infinity"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s says %s:\n%s", path, wrong, text)
			}
		}
		b.fits(path)
		for _, f := range append(b.judge(name(path)), b.watch.found()...) {
			t.Errorf("%s: %s", path, f)
		}
		b.shot(name(path))
	}
}

// away says what to do when the program does not answer, and goes on when it does.
func (s *site) away(t *testing.T) {
	b := s.open(t, "/")
	b.do("cut the line", b.cut(b.address+"/api/*"))
	b.do("go to another page", chromedp.Click(chromedp.CSS("nav a[href^='/health']")))
	b.until("it is said", "document.querySelector('main [role=alert]')?.innerText.includes('mailfate serve')")
	b.shot("away")
	b.watch.found()
	b.do("mend the line", b.cut())
	b.until("one can try again", "document.querySelector('main [role=alert] button')")
	for b.text("main [role=alert] button") != "" {
		b.click("main [role=alert] button")
		b.settle()
	}
	if text := b.text("main"); strings.Contains(text, "does not answer") {
		t.Errorf("it still says\n%s", text)
	}
}

// cut lets requests of URLs fail; without one all is answered again.
func (b *tab) cut(patterns ...string) chromedp.Action[chromedp.Void] {
	var blocked []*network.BlockPattern
	for _, p := range patterns {
		blocked = append(blocked, &network.BlockPattern{URLPattern: p, Block: true})
	}
	return command(network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: blocked})
}
