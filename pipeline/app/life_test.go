package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The end of all lives changes no row, and neither does reading everything again
// when nothing of it is known any more.
func TestEndOfLifeChangesNoRow(t *testing.T) {
	dir := t.TempDir()
	want := replay(t, Options{Dir: dir}, 0, recorded)
	later := Options{Dir: dir, Now: func() time.Time { return time.Now().Add(40 * 24 * time.Hour) }, Steady: -1}
	if r, _, _ := refold(t, Options{Dir: dir}); r.Looked == 0 {
		t.Fatal("nothing lives")
	}
	if got := replay(t, later, 0, recorded); got.Digest != want.Digest {
		t.Errorf("digest %s, want %s", got.Digest, want.Digest)
	}
	if r, digest, _ := refold(t, later); r.Looked != 0 || digest != want.Digest {
		t.Errorf("%d messages live, digest %s, want %s", r.Looked, digest, want.Digest)
	}
	if err := os.RemoveAll(filepath.Join(dir, "state")); err != nil {
		t.Fatal(err)
	}
	if got := replay(t, later, 0, recorded); got.Digest != want.Digest || got.Messages != want.Messages {
		t.Errorf("%d messages, digest %s, want %d, %s", got.Messages, got.Digest, want.Messages, want.Digest)
	}
	if r, _, _ := refold(t, later); r.Looked != want.Messages {
		t.Errorf("%d messages live, want %d", r.Looked, want.Messages)
	}
}
