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
