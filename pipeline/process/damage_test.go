package process

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// Tables that are damaged while a processor reads them cost a restore, and change
// no row.
func TestDamagedStoreIsRenewed(t *testing.T) {
	events := mess(t, 600)
	s := newScene(t, events)
	s.on(0)
	s.on(0) // opening makes tables of the log
	want := s.living()
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	damageTables(t, s.dir)
	p := New(Options{Client: s.client, Store: st, Now: func() time.Time { return firstDay }})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(run) }()
	s.pub.events(events...) // again, so that all is looked up
	ends, err := s.client.EndOffsets(ctx, schemas.TopicEvents)
	if err != nil {
		t.Fatal(err)
	}
	err = p.WaitFor(ctx, ends)
	stop()
	if runErr := <-done; err != nil || runErr != nil {
		t.Fatalf("wait: %v, run: %v", err, runErr)
	}
	if n := st.SetAside(); n != 1 {
		t.Errorf("set aside %d times, want 1", n)
	}
	if err := st.Close(); err != nil {
		t.Error(err)
	}
	same(t, want, s.living())
}

// damageTables flips a byte in every block of a store's tables.
func damageTables(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no tables", err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 100; at < len(content); at += 500 {
			content[at] ^= 0x55
		}
		file, err := os.OpenFile(path, os.O_WRONLY, 0) // not cut short meanwhile, which would be another harm
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
