package pagestest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// What the feed's tests take hold of.
const (
	feedRows   = "main [data-change]"
	feedSearch = "main form[data-form=feed] input[name=q]"
	feedOlder  = "main [data-action=older]"
	feedLive   = "main [data-action=live]"
	feedNews   = "main [data-action=news]"
)

// feedPage is a page of the API's feed.
type feedPage struct {
	Changes []struct{ Change, Recipient, Status string }
	Next    string
}

// all reads the feed to its end, and returns what identifies its changes.
func (s *site) all(t *testing.T, query, key string) (changes []string) {
	t.Helper()
	for cursor := ""; ; {
		p := getJSON[feedPage](t, s, "/api/v1/feed?limit=500&"+query+"&cursor="+url.QueryEscape(cursor), key)
		for _, c := range p.Changes {
			changes = append(changes, c.Change)
		}
		if cursor = p.Next; cursor == "" {
			return changes
		}
	}
}

// changes are those that the page shows, in its order.
func (b *tab) changes() []string {
	b.t.Helper()
	return ask[[]string](b, "[...document.querySelectorAll("+quote(feedRows)+")].map(e => e.dataset.change)")
}

// search types, and waits for the address to say it.
func (b *tab) search(text string) {
	b.t.Helper()
	b.write(feedSearch, text)
	b.until("the search for "+text+" is in the address", "(new URLSearchParams(location.search).get('q') ?? '') === "+quote(text))
	b.settle()
}

// feed searches: what is found is what the API finds, and the address can be sent to
// somebody.
func (s *site) feed(t *testing.T) {
	b := s.open(t, "/feed")
	for _, text := range []string{"kofi.costa27@corp.example", "@corp.example", "costa27", "whole-story.20efbc96@news.mailfate.example"} {
		b.search(text)
		want := getJSON[feedPage](t, s, "/api/v1/feed?limit=5&q="+url.QueryEscape(text), "").Changes
		got := b.changes()
		if len(want) == 0 || len(got) < len(want) || got[0] != want[0].Change {
			t.Errorf("%s finds %v, want %v", text, got, want)
		}
	}
	sent := s.open(t, b.location().RequestURI())
	if got, want := sent.changes(), b.changes(); !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("who is sent %s sees %v, want %v", b.location(), got, want)
	}
	for _, nothing := range []string{"nobody.at.all@nowhere.example", "cost"} { // a part of a word is not found
		b.search(nothing)
		if got := b.changes(); len(got) != 0 {
			t.Errorf("%s finds %v", nothing, got)
		}
		if text := b.text("main"); !strings.Contains(strings.ToLower(text), "whole word") {
			t.Errorf("it does not say that whole words are found:\n%s", text)
		}
	}
	b.shot("nothing")
	b.search("")
	if got := b.changes(); len(got) < 20 {
		t.Errorf("without a search there are %d rows", len(got))
	}
}

// story goes from a row to the message's story, and back.
func (s *site) story(t *testing.T) {
	b := s.open(t, "/feed?q=whole-story.20efbc96%40news.mailfate.example")
	before := b.changes()
	b.click(feedRows + " a[href^='/message']")
	b.until("the story is shown", "location.pathname === '/message' && document.getElementById('main').dataset.page === 'message'")
	b.settle()
	text := b.text("main")
	for _, want := range []string{"kofi.costa27@corp.example", "Please confirm your address", "autumn-sale", "mail.log", "250 2.0.0 Ok: queued as", "access", "UniSender", "Netcore", "Tipimail"} {
		if !strings.Contains(text, want) {
			t.Errorf("the story does not tell %q:\n%s", want, text)
		}
	}
	b.back("/feed")
	if got := b.changes(); !slices.Equal(got, before) {
		t.Errorf("back in the feed there is %v, before it was %v", got, before)
	}
}

// back presses the browser's Back.
func (b *tab) back(path string) {
	b.t.Helper()
	b.do("go back", evaluate("history.back()"))
	b.until("it is back at "+path, "location.pathname === "+quote(path))
	b.settle()
}

// paging reads on until there is no more: all that the API tells, once, in its order.
func (s *site) paging(t *testing.T) {
	const query = "status=clicked"
	want := s.all(t, query, "")
	b := s.open(t, "/feed?"+query)
	var got []string
	for range len(want) {
		shown := b.changes()
		if slices.Equal(shown, tail(got, len(shown))) {
			t.Fatalf("the older ones are those again: %v", shown)
		}
		got = append(got, slices.DeleteFunc(shown, func(c string) bool { return slices.Contains(got, c) })...)
		if !ask[bool](b, usable(feedOlder)) {
			break
		}
		b.click(feedOlder)
		b.until("older ones are shown", "[...document.querySelectorAll("+quote(feedRows)+")].at(-1)?.dataset.change !== "+quote(shown[len(shown)-1]))
		b.settle()
	}
	if !slices.Equal(got, want) {
		t.Errorf("the pages have %d changes, the API %d", len(got), len(want))
	}
}

func tail(of []string, n int) []string { return of[max(0, len(of)-n):] }

// usable is true when there is something to press.
func usable(selector string) string {
	return "(e => !!e && !e.disabled && e.checkVisibility())(document.querySelector(" + quote(selector) + "))"
}

// live watches a message come in while the feed is looked at.
func (s *site) live(t *testing.T) {
	b := s.open(t, "/feed?account="+foe)
	tell := func(n int) {
		line := map[string]any{
			"time": fmt.Sprintf("2026-11-22T04:00:%02dZ", n), "event": "received", "account": foe, "message_id": fmt.Sprintf("live-%d", n),
			"recipient": fmt.Sprintf("live%d@live.example", n), "subject": fmt.Sprintf("While somebody looks %d", n), "sender": "a@foe.example",
		}
		text, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		s.program.tell(t, string(text))
	}
	b.click(feedLive)
	b.until("it listens", "document.querySelector('main .live-state').innerText === 'listening'")
	tell(1)
	b.until("the new message is seen", "document.querySelector('main').innerText.includes('live1@live.example')")
	began := time.Now()
	tell(2)
	b.until("the newer message is seen", "document.querySelector('main').innerText.includes('live2@live.example')")
	t.Logf("seen %v after it was written", time.Since(began))
	if first := b.text(feedRows); !strings.Contains(first, "live2@live.example") {
		t.Errorf("the newest is not the first: %s", first)
	}
	b.shot("live")

	b.do("scroll down", evaluate("scrollTo(0, document.documentElement.scrollHeight)"))
	before := b.changes()
	tell(3)
	b.until("it is told that there is something new", usable(feedNews))
	if got := b.changes(); !slices.Equal(got, before) {
		t.Errorf("who reads is disturbed: %v, before %v", got, before)
	}
	b.shot("news")
	b.click(feedNews)
	b.until("the newest message is seen", "document.querySelector("+quote(feedRows)+").innerText.includes('live3@live.example')")
	if y := ask[float64](b, "scrollY"); y > tall {
		t.Errorf("it is seen by nobody, at %v", y)
	}
}
