package pagestest

import (
	"maps"
	"strings"
	"testing"
)

// bounces equal what the recording program knows, by domain and in all.
func (s *site) bounces(t *testing.T) {
	b := s.open(t, "/bounces")
	want := maps.Clone(s.truth.Totals.ByDomain)
	for _, r := range b.table("domain") {
		n, err := read(r["bounced"])
		if err != nil || n != want[r["domain"]] {
			t.Errorf("%s: %q bounced, want %v", r["domain"], r["bounced"], want[r["domain"]])
		}
		delete(want, r["domain"])
	}
	if len(want) > 0 {
		t.Errorf("there is nothing of %v", want)
	}
	sum := 0.0
	for _, r := range b.table("reason") {
		n, err := read(r["bounced"])
		if err != nil {
			t.Errorf("%v: %v", r, err)
		}
		sum += n
	}
	if sum != s.truth.Totals.Bounced {
		t.Errorf("by reason %v bounced, want %v", sum, s.truth.Totals.Bounced)
	}
	b.click("main [data-table=reason] a[href*='reason=user_unknown']")
	b.until("the changes are shown", "location.pathname === '/feed'")
	b.settle()
	if rows := b.texts(feedRows); len(rows) == 0 || !strings.Contains(rows[0], "User unknown") {
		t.Errorf("the feed shows %v", rows)
	}
}

// narrow looks at one domain's bounces: their sum, their words, and their changes.
func (s *site) narrow(t *testing.T) {
	const domain = "corp.example"
	b := s.open(t, "/bounces")
	b.click("main [data-table=domain] a[href*='domain=" + domain + "']")
	b.until("the domain is in the address", "location.search.includes('domain=')")
	b.settle()
	sum := 0.0
	for _, r := range b.table("reason") {
		n, err := read(r["bounced"])
		if err != nil {
			t.Errorf("%v: %v", r, err)
		}
		sum += n
		if r["example"] == "" {
			t.Errorf("no server is heard on %s", r["reason"])
		}
	}
	if want := s.truth.Totals.ByDomain[domain]; sum != want || want == 0 {
		t.Errorf("%v of %s bounced, want %v", sum, domain, want)
	}
	b.click("main [data-table=reason] a[href*='/feed?']")
	b.until("the changes are shown", "location.pathname === '/feed'")
	b.settle()
	if to := b.location().Query().Get("recipient"); to != "@"+domain || len(b.changes()) == 0 {
		t.Errorf("the feed is of %q: %v", to, b.changes())
	}
	b.visit("/bounces?provider=other")
	if links := b.texts("main [data-table=reason] tbody a[href*='/feed?']"); len(links) > 0 {
		t.Errorf("reasons of a provider lead to a feed of all: %v", links)
	}
}

// misread says what of an address is not heeded.
func (s *site) misread(t *testing.T) {
	b := s.blank(t)
	for path, want := range map[string]string{
		"/bounces?domian=corp.example": "domian=corp.example", "/?period=toString": "period=toString", "/?from=2026-11-22": "from=2026-11-22",
		"/feed?vocabulary=nonsense&from=yesterday": "vocabulary=nonsense, from=yesterday", "/suppressions?reason=constructor": "reason=constructor",
		"/feed?from=2026-11-22T03:00Z&q=x": "", "/?period=7d&sort_provider=messages&machines=1": "", "/bounces?from=2026-11-22&to=2026-11-22&class=hard": "",
	} {
		b.visit(path)
		if text := b.text("#header .misread"); !strings.Contains(text, want) || (text == "") != (want == "") {
			t.Errorf("%s: it says %q", path, text)
		}
	}
	b.visit("/bounces?domian=x&class=hard")
	b.click("#header .misread a")
	b.until("it is left out", "!document.querySelector('#header .misread')")
	if got := b.location().RawQuery; got != "class=hard" {
		t.Errorf("what is left is %q", got)
	}
}

// health says that there is something to do, and what.
func (s *site) health(t *testing.T) {
	b := s.open(t, "/health")
	text := b.text("main")
	for _, want := range []string{"mail.log", "access.log", "platform.ndjson", "this is a line of another program", "mailfate "} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not tell of %q:\n%s", want, text)
		}
	}
}
