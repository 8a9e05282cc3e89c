package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// compacted makes a topic in which key k was written ten times; the last batch
// is another key's, because compaction leaves that alone.
func compacted(t *testing.T, dir string) *Broker {
	t.Helper()
	b := testBroker(t, dir)
	createTopic(t, b, "state", 2, "cleanup.policy", "compact")
	cl := testClient(t, b, kgo.TransactionalID("p"))
	for i := range 10 {
		begin(t, cl, record("state", 0, "k", fmt.Sprint(i)))
		commit(t, cl)
	}
	begin(t, cl, record("state", 0, "z", "last"))
	commit(t, cl)
	cl.Close()
	return b
}

func TestCompact(t *testing.T) {
	dir := t.TempDir()
	b := compacted(t, dir)
	if err := b.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "topics", copiesName)); err == nil {
		t.Error("the copies are still there")
	}
	image := killImage(t, dir)
	wantCommitted(t, b, "state", 2, "k=9", "z=last")
	wantCommitted(t, testBroker(t, image), "state", 2, "k=9", "z=last")
}

func TestCompactionCutShortIsUndone(t *testing.T) {
	dir := t.TempDir()
	b := compacted(t, dir)
	if err := saveCopies(b.topics); err != nil {
		t.Fatal(err)
	}
	want := []string{"k=0", "k=1", "k=2", "k=3", "k=4", "k=5", "k=6", "k=7", "k=8", "k=9", "z=last"}
	for _, state := range []string{"not begun", "deleted", "half written"} {
		t.Run(state, func(t *testing.T) {
			image := killImage(t, dir)
			switch state {
			case "deleted":
				for _, p := range []string{newestSegment(t, image, "state-0"), indexPath(newestSegment(t, image, "state-0"))} {
					if err := os.Remove(p); err != nil {
						t.Fatal(err)
					}
				}
			case "half written":
				truncate(t, newestSegment(t, image, "state-0"), 200)
				truncate(t, indexPath(newestSegment(t, image, "state-0")), indexEntry)
			}
			wantCommitted(t, testBroker(t, image), "state", 2, want...)
		})
	}
}

func TestCompactWaitsForTransactions(t *testing.T) {
	b := compacted(t, t.TempDir())
	cl := testClient(t, b, kgo.TransactionalID("p"))
	begin(t, cl, record("state", 0, "k", "open"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Compact(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want that it waits for the open transaction", err)
	}
	gate := b.intents.gate
	gate.set(true)
	produce(t, cl, record("state", 1, "further", "1")) // who is inside may go on
	gate.set(false)
	commit(t, cl)
	begin(t, cl, record("state", 0, "y", "1")) // the gate is open again
	commit(t, cl)
	if err := b.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCommitted(t, b, "state", 2, "further=1", "k=open", "y=1", "z=last")
}
