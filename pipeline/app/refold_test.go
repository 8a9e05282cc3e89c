package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/status"
)

// revisions is a hash of which revision of every row is in force.
const revisions = `SELECT sum(cityHash64(message_id, recipient, revision)) FROM message_status FINAL`

// refold folds everything in a data directory again; it returns what that came
// to, and the digest and revisions afterwards.
func refold(t *testing.T, o Options) (r Refolded, digest string, revision uint64) {
	t.Helper()
	o.Executable = embeddedtest.Host(t)
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var last Refolded
	r, err = a.Refold(t.Context(), func(now Refolded) {
		if now.Looked < last.Looked || now.Changed < last.Changed {
			t.Errorf("%+v after %+v", now, last)
		}
		last = now
	})
	if err == nil && last != r {
		t.Errorf("came to %+v, told last was %+v", r, last)
	}
	if err == nil {
		digest, err = a.db.Digest(t.Context())
	}
	if err == nil {
		err = a.db.Conn().QueryRow(t.Context(), revisions).Scan(&revision)
	}
	if err := errors.Join(err, a.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return r, digest, revision
}

// begun is a log that ends while messages are deferred.
func begun(t *testing.T) string {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(recorded, "mail.log"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mail.log")
	if err := os.WriteFile(path, log[:bytes.LastIndexByte(log[:len(log)/3], '\n')+1], 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What a refold makes of old rows is what a new replay makes by the same rules.
func TestRefoldEqualsReplay(t *testing.T) {
	sooner := status.Timers{GiveUp: 2000}
	dir, log := t.TempDir(), begun(t)
	before := replay(t, Options{Dir: dir}, 0, log)
	want := replay(t, Options{Dir: t.TempDir(), Timers: sooner}, 0, log)
	if want.Digest == before.Digest {
		t.Fatal("these timers change nothing")
	}

	r, digest, first := refold(t, Options{Dir: dir})
	if digest != before.Digest || r.Looked != before.Messages || r.Changed != 0 {
		t.Errorf("by the same rules: %+v of %d messages, digest %s, was %s", r, before.Messages, digest, before.Digest)
	}
	if r, digest, second := refold(t, Options{Dir: dir}); digest != before.Digest || first != second || r.Changed != 0 {
		t.Errorf("again: %+v, digest %s, want %s; revisions %d, were %d", r, digest, before.Digest, second, first)
	}
	r, digest, _ = refold(t, Options{Dir: dir, Timers: sooner})
	if digest != want.Digest || r.Looked != want.Messages || r.Changed == 0 || r.Changed >= r.Looked {
		t.Errorf("by other rules: %+v of %d messages, digest %s, want %s", r, want.Messages, digest, want.Digest)
	}
	if r, digest, _ = refold(t, Options{Dir: dir}); digest != before.Digest || r.Changed == 0 {
		t.Errorf("back again: %+v, digest %s, want %s", r, digest, before.Digest)
	}
}
