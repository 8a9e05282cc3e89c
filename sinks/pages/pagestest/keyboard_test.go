package pagestest

import (
	_ "embed"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed js/keyboard.js
var keyboard string

// keyboard walks through every page with the tabulator: it comes to everything that
// can be used, once, and where it is can be seen.
func (s *site) keyboard(t *testing.T) {
	for _, path := range paths {
		t.Run(name(path), func(t *testing.T) {
			b := s.open(t, path)
			for _, fault := range b.tabulate() {
				t.Error(fault)
			}
		})
	}
}

// tabulate presses Tab until it has been everywhere, and tells what is wrong.
func (b *tab) tabulate() []string {
	b.t.Helper()
	b.do("watch the keyboard", evaluate(keyboard))
	stops := ask[int](b, "keyboard.begin()")
	if stops == 0 {
		return []string{"nothing can be used"}
	}
	for range 4*stops + 20 { // a day is three fields and a button, and one element
		b.do("press Tab", chromedp.KeyEvent(kb.Tab))
		if ask[bool](b, "keyboard.arrived()") {
			break
		}
	}
	return ask[[]string](b, "keyboard.faults()")
}
