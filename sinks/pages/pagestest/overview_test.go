package pagestest

import "testing"

// overview reads the figures.
func (s *site) overview(t *testing.T) {
	b := s.open(t, "/")
	t.Log(b.text("body"))
}
