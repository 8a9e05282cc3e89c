package pagestest

import (
	"context"
	"testing"
)

// site is what the tests look at, and with what.
type site struct {
	program *program
	browser context.Context
	address string
	truth   truth
}

// TestPages replays what is recorded, and looks at it as somebody who needs no key,
// then as owners of keys.
func TestPages(t *testing.T) {
	skipShort(t)
	s := &site{program: newProgram(t), browser: newBrowser(t), truth: readTruth(t)}
	t.Run("everybody", func(t *testing.T) {
		s.address = s.program.run(t)
		t.Run("overview", s.overview)
		t.Run("looks", s.looks)
		t.Run("keyboard", s.keyboard)
		t.Run("hostile", s.hostile)
	})
}

// open looks at a path of the site, as somebody who never was there.
func (s *site) open(t *testing.T, path string) *tab {
	t.Helper()
	b := s.blank(t)
	b.visit(path)
	return b
}

// blank opens a window with nothing in it.
func (s *site) blank(t *testing.T) *tab {
	t.Helper()
	return newTab(t, s.browser, s.address)
}

func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the whole program and a browser")
	}
}
