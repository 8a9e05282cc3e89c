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
		t.Run("bounces", s.bounces)
		t.Run("narrow", s.narrow)
		t.Run("misread", s.misread)
		t.Run("health", s.health)
		t.Run("looks", s.looks)
		t.Run("keyboard", s.keyboard)
		t.Run("shell", s.shell)
		t.Run("lost", s.lost)
		t.Run("away", s.away)
		t.Run("theme", s.theme)
		t.Run("languages", s.languages)
		t.Run("feed", s.feed)
		t.Run("story", s.story)
		t.Run("vocabularies", s.vocabularies)
		t.Run("live events", s.liveEvents)
		t.Run("paging", s.paging)
		t.Run("recipient", s.recipient)
		t.Run("suppressions", s.suppressions)
		t.Run("download", func(t *testing.T) { s.download(t, "") })
		t.Run("hostile", s.hostile)
		t.Run("live", s.live)
	})
	t.Run("keys", s.keys)
}

func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the whole program and a browser")
	}
}
