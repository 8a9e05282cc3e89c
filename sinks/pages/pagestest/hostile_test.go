package pagestest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
)

// hostileLists are the pages that show what others write, of many messages.
var hostileLists = []string{"/?account=" + foe, "/feed?account=" + foe, "/bounces?account=" + foe, "/suppressions?account=" + foe, "/health"}

// hostile looks at messages whose every field was written by somebody who wishes
// readers ill: it stays text, it is seen for what it is, and the page keeps its shape.
func (s *site) hostile(t *testing.T) {
	s.program.tell(t, hostileLines()...)
	until(t, "the hostile messages are counted", func() bool {
		feed := s.all(t, "account="+foe, "") // received twice, delivered, opened, bounced
		report := s.get(t, "/api/v1/reports/overview?account="+foe, "")
		return len(feed) == 5*len(hostile) && strings.Contains(string(report), fmt.Sprintf(`"messages":%d,`, 2*len(hostile)))
	})
	b := s.blank(t)
	b.do("lay a trap", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: trap}))
	for _, path := range hostileLists {
		b.harmless(path)
		b.do("look at it at a desk", b.size(wide, tall))
		b.fits(path)
	}
	b.visit("/feed?account=" + foe)
	b.shot("feed")
	shown := b.text("main")
	for _, want := range []string{"<script>owned(1)</script>", "{{constructor", "javascript:owned(6)", `\u202e`} {
		if !strings.Contains(shown, want) {
			t.Errorf("the feed does not show %s:\n%.3000s", want, shown)
		}
	}
	for _, h := range hostile {
		b.harmless("/message?id=em_good-" + h.name)
		b.harmless("/recipient?address=" + url.QueryEscape(h.recipient))
	}
}

// harmless looks at a page with a phone.
func (b *tab) harmless(path string) {
	b.t.Helper()
	b.do("look at it", b.size(narrow, tall))
	b.visit(path)
	b.fits(path)
	for _, fault := range ask[[]string](b, "trapped()") {
		b.t.Errorf("%s: %s", path, fault)
	}
}

// trap is there before a page is, and tells what a page was made to do, and what it
// shows that must not be shown as it is.
const trap = `
globalThis.owned = n => { (globalThis.ownedBy ??= []).push(n) }
globalThis.trapped = () => {
	const out = (globalThis.ownedBy ?? []).map(n => 'a program of data has run: ' + n)
	const say = (what, e) => out.push(what + ': ' + e.outerHTML.slice(0, 200))
	for (const e of document.querySelectorAll('script')) if (new URL(e.src, location).origin !== location.origin || !e.src) say('a script', e)
	for (const e of document.querySelectorAll('img, iframe, object, embed, base, form[action]')) {
		const to = e.src ?? e.href ?? e.data ?? e.action
		if (new URL(to, location).origin !== location.origin) say('something of elsewhere', e)
	}
	for (const e of document.querySelectorAll('a')) if (new URL(e.href, location).origin !== location.origin) say('a link', e)
	for (const e of document.querySelectorAll('*')) for (const a of e.attributes) if (/^on/i.test(a.name)) say('a listener', e)
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	while (walk.nextNode()) {
		const bad = walk.currentNode.data.match(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
		if (bad) out.push('a character that is not seen, U+' + bad[0].charCodeAt(0).toString(16) + ', in ' + walk.currentNode.parentElement.outerHTML.slice(0, 120))
	}
	return [...new Set(out)]
}`

// until waits for what no event tells.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for limit := time.After(patience); !done(); {
		select {
		case <-again.C:
		case <-limit:
			t.Fatalf("wait until %s", what)
		}
	}
}

// get asks the API, with a key or "".
func (s *site) get(t *testing.T, path, key string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// getJSON is get for a document.
func getJSON[T any](t *testing.T, s *site, path, key string) (v T) {
	t.Helper()
	if body := s.get(t, path, key); json.Unmarshal(body, &v) != nil {
		t.Fatalf("%s: %.500s", path, body)
	}
	return v
}
