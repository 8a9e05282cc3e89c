package pagestest

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// recipient tells of one address what the recording program knows.
func (s *site) recipient(t *testing.T) {
	const address = "kofi.costa27@corp.example"
	want := map[string]float64{}
	for _, m := range s.truth.Messages {
		if strings.EqualFold(m.Recipient, address) {
			want["messages"]++
			want["delivered"] += one(m.Delivered)
			want["opened"] += one(m.Opens > m.ProxyOpens)
			want["clicked"] += one(m.Clicks > m.ProxyClicks)
			want["complained"] += one(m.Complaints > 0)
		}
	}
	b := s.open(t, "/recipient?address="+url.QueryEscape(address))
	for name, n := range want {
		if got := b.figure(name); got != n {
			t.Errorf("%s is %v, want %v", name, got, n)
		}
	}
	if text := b.text("main [data-region=suppression]"); !strings.Contains(strings.ToLower(text), "complain") {
		t.Errorf("why it is suppressed: %s", text)
	}
	b.click("main [data-table=messages] a[href^='/message']")
	b.until("its message is shown", "location.pathname === '/message'")
	b.settle()
	if text := b.text("main"); !strings.Contains(text, address) {
		t.Errorf("the message to it:\n%s", text)
	}
	b.back("/recipient")
}

type suppressions struct {
	Suppressions []struct{ Recipient, Reason string }
	Next         string
}

// suppressions finds who is not to be written to, all of them, page by page, and saves
// them.
func (s *site) suppressions(t *testing.T) {
	var want []string
	for cursor := ""; ; {
		p := getJSON[suppressions](t, s, "/api/v1/suppressions?limit=500&cursor="+url.QueryEscape(cursor), "")
		for _, one := range p.Suppressions {
			want = append(want, one.Recipient)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	b := s.open(t, "/suppressions")
	const shown = "[...document.querySelectorAll('main tr[data-recipient]')].map(e => e.dataset.recipient)"
	got := ask[[]string](b, shown)
	for range want {
		if !ask[bool](b, usable("main [data-action=next]")) {
			break
		}
		before := got[len(got)-1]
		b.click("main [data-action=next]")
		b.until("others are shown", "document.querySelector('main tr[data-recipient]') && !"+shown+".includes("+quote(before)+")")
		b.settle()
		got = append(got, ask[[]string](b, shown)...)
	}
	if !slices.Equal(got, want) || len(want) < 101 {
		t.Errorf("%d are suppressed on the pages, %d in the API", len(got), len(want))
	}
	b.back("/suppressions")

	dir, saved := b.downloads()
	b.visit("/suppressions")
	b.click("main [data-action=csv]")
	select {
	case name := <-saved:
		file, err := os.ReadFile(filepath.Join(dir, name))
		if answer := s.get(t, "/api/v1/suppressions?format=csv", ""); err != nil || !bytes.Equal(file, answer) {
			t.Errorf("the file has %d bytes, the API's %d: %v", len(file), len(answer), err)
		}
	case <-time.After(patience):
		t.Error("the list is not saved")
	}

	b.write("main form[data-form=suppressions] input[name=recipient]", "@corp.example")
	b.until("they are searched", "location.search.includes('corp.example')")
	b.settle()
	if got := ask[[]string](b, shown); len(got) == 0 || slices.ContainsFunc(got, func(r string) bool { return !strings.HasSuffix(r, "@corp.example") }) {
		t.Errorf("@corp.example finds %v", got)
	}
	b.choose("reason", "complained")
	if got := ask[[]string](b, shown); !slices.Contains(got, "kofi.costa27@corp.example") {
		t.Errorf("complaints of @corp.example are %v", got)
	}
}
