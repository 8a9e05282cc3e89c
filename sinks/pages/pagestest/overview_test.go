package pagestest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// overview reads the figures, of all that was recorded and of what is chosen.
func (s *site) overview(t *testing.T) {
	b := s.open(t, "/")
	s.figures(b)
	b.choose("period", "1d")
	s.figures(b)
	if b.location().Query().Get("period") != "1d" {
		t.Errorf("the address is %s", b.location())
	}
	b.back("/")
	s.figures(b)
	s.statuses(b)
}

// statuses compares how many messages have each status.
func (s *site) statuses(b *tab) {
	b.t.Helper()
	b.whole("status")
	got := map[string]float64{}
	for status, text := range ask[map[string]string](b, `Object.fromEntries([...document.querySelectorAll('[data-table=status] tbody tr')].map(tr => [tr.querySelector('[data-status]').dataset.status, tr.cells[1].innerText]))`) {
		n, err := read(text)
		if err != nil {
			b.t.Error(err)
		}
		got[status] = n
	}
	if diff := gocmp.Diff(s.truth.statuses(), got); diff != "" {
		b.t.Errorf("by status (-truth +page):\n%s", diff)
	}
}

// figures compares the figures with what the recording program knows.
func (s *site) figures(b *tab) {
	b.t.Helper()
	w := s.truth.Totals
	for name, want := range map[string]float64{
		"messages": w.Messages, "delivered": w.Delivered, "open_rate": w.OpenRate, "bounce_rate": w.BounceRate,
		"click_rate": w.Clicks / w.Delivered, "complaint_rate": w.Complaints / w.Delivered,
	} {
		rounding := 0.0
		if strings.HasSuffix(name, "_rate") {
			rounding = 0.0005000001
		}
		if got := b.figure(name); math.Abs(got-want) > rounding {
			b.t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// figure is a big number of a page.
func (b *tab) figure(name string) float64 {
	b.t.Helper()
	element := "main [data-figure=" + quote(name) + "]"
	text := b.text(element + " dd")
	n, err := read(text)
	if err != nil {
		b.t.Errorf("%s is written %q, in %q", name, text, b.text(element))
	}
	return n
}

// read reads the first number of a text, as English writes it: 1,310 or 38.6%.
func read(text string) (n float64, err error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return 0, fmt.Errorf("there is no number in %q", text)
	}
	word := strings.ReplaceAll(fields[0], ",", "")
	if _, err = fmt.Sscan(strings.TrimSuffix(word, "%"), &n); strings.HasSuffix(word, "%") {
		n /= 100
	}
	return n, err
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
