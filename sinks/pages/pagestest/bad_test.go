package pagestest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// bad does what no page may do.
const bad = `<!doctype html><html><head><title>Bad</title>
<style>button { outline: none } .gone { position: absolute; top: 9000px }</style></head><body>
<main id="main">
<img src="http://elsewhere.example/pixel.png">
<p style="color: #ccc; background: #fff">hardly to be read</p>
<p style="width: 2000px">very wide ` + "\u202e" + `</p>
<a href="javascript:owned(2)">link</a><a href="/a">first</a><button>unseen</button><span><button style="all: unset">unseen, too</button></span>
<script src="/bad.js"></script>
</main></body></html>`

const badScript = `
console.error('so it is')
setTimeout(() => { throw new Error('thrown') })
fetch('/missing')
eval('1')`

const catching = `document.querySelector('main').addEventListener('keydown', e => { if (document.activeElement.tagName === 'A' && e.key === 'Tab') e.preventDefault() })`

// TestBadPage sees that what the other tests rely on is found.
func TestBadPage(t *testing.T) {
	skipShort(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'self'; style-src 'self' 'unsafe-inline'")
		switch r.URL.Path {
		case "/":
			_, _ = io.WriteString(w, bad)
		case "/bad.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, badScript)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	b := (&site{browser: newBrowser(t), address: server.URL}).blank(t)
	b.do("lay a trap", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: trap}))
	b.visit("/")
	expect(t, "the browser", b.watch.found(), "console.error: so it is", "thrown", "404", "request of http://elsewhere.example/pixel.png", "Content Security Policy")
	expect(t, "the trap", ask[[]string](b, "trapped()"), "something of elsewhere", "a link", "U+202e")
	expect(t, "the width", ask[[]string](b, wider), "very wide")
	expect(t, "axe", b.judge("bad"), "color-contrast", "image-alt", "html-has-lang")
	b.do("catch the keyboard", evaluate(catching))
	expect(t, "the keyboard", b.tabulate(), "does not come to <button>unseen")
	b.visit("/")
	expect(t, "the keyboard", b.tabulate(), "the focus cannot be seen: <button>unseen", "the focus cannot be seen: <button style")
	b.watch.found()
}

// expect finds each of the texts in one of the faults.
func expect(t *testing.T, who string, faults []string, want ...string) {
	t.Helper()
	all := strings.Join(faults, "\n")
	for _, text := range want {
		if !strings.Contains(all, text) {
			t.Errorf("%s has not found %q:\n%s", who, text, all)
		}
	}
}
