package pagestest

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// scripted has the test say what a live stream tells, and notes where listening went on.
const scripted = `
const real = fetch
globalThis.begun = []
globalThis.fetch = (url, options) => {
  if (!String(url).includes('/feed/live')) return real(url, options)
  begun.push(options.headers['Last-Event-ID'] ?? '')
  return Promise.resolve(new Response(new ReadableStream({ start(stream) {
    globalThis.say = text => stream.enqueue(new TextEncoder().encode(text))
    globalThis.hangUp = () => stream.close()
  } })))
}`

// liveEvents takes back what was told, begins anew, and goes on where the connection broke.
func (s *site) liveEvents(t *testing.T) {
	b := s.blank(t)
	b.do("take the line", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: scripted}))
	b.visit("/feed?q=costa27")
	shown := b.changes()
	if len(shown) < 2 {
		t.Fatalf("there is %v", shown)
	}
	listening := "document.querySelector('main .live-state').innerText === 'listening'"
	row := "document.querySelector('main [data-change=" + quote(shown[1]) + "]')"
	b.click(feedLive)
	b.until("it listens", listening)
	b.do("take a change back", evaluate("say("+quote(": listening\nretry: 2000\n\nid: 1.2.3\nevent: withdrawn\ndata: {\"change\":\""+shown[1]+"\"}\n\n")+")"))
	b.until("it is gone", "!"+row)
	b.do("lose something", evaluate("say('event: reset\\ndata: {}\\n\\n')"))
	b.until("all is asked for anew", row)
	if got := b.changes(); !slices.Equal(got, shown) {
		t.Errorf("anew there is %v, want %v", got, shown)
	}
	b.do("break the connection", evaluate("hangUp()"))
	b.until("it is told", "document.querySelector('main .live-state').innerText.includes('trying again')")
	b.until("it listens again", "begun.length === 2 && "+listening)
	if got := ask[[]string](b, "begun"); !slices.Equal(got, []string{"", "1.2.3"}) {
		t.Errorf("it listens from %q on", got)
	}
}
