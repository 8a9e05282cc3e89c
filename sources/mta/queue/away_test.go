package queue

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mailfate/sources"
)

// late keeps what a table hands out and finds it as late as sources.Saved allows.
type late struct {
	kept    map[string][]byte
	pending map[string][]byte // of the last call of Changes
	fetched int
	table   *testTable
}

var _ sources.Saved = (*late)(nil)

func (l *late) Get(key []byte) []byte {
	l.fetched++
	return l.kept[string(key)]
}

func (l *late) Scan(from []byte, fn func(key, value []byte) bool) {
	for _, k := range slices.Sorted(maps.Keys(l.kept)) {
		if k >= string(from) && !fn([]byte(k), l.kept[k]) {
			return
		}
	}
}

// open makes a table of what was kept.
func (l *late) open(t *testing.T, size int) {
	t.Helper()
	before := l.table
	l.table = open(size)
	l.table.Recall('q', l)
	for k, v := range l.kept {
		if err := l.table.Load([]byte(k[1:]), v); err != nil {
			t.Fatal(err)
		}
	}
	if before != nil { // as the parser's clock does
		l.table.now = before.now
	}
}

// save saves the table, and writes what the call before has handed out.
func (l *late) save(t *testing.T) {
	t.Helper()
	pending := map[string][]byte{}
	err := l.table.Changes('q', func(k, v []byte) error {
		pending[string(k)] = bytes.Clone(v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l.write()
	l.pending = pending
}

func (l *late) write() {
	for k, v := range l.pending {
		if v == nil {
			delete(l.kept, k)
		} else {
			l.kept[k] = v
		}
	}
}

// TestAnyLimitIsTheSame compares a table that has room for few queue ids with one
// that has room for all.
func TestAnyLimitIsTheSame(t *testing.T) {
	const steps = 2000
	fetched := 0
	for seed := range uint64(20) {
		want := run(open(steps), seed, steps, func(table *testTable) *testTable { return table })
		size := 1 + int(seed%9)
		rnd := rand.New(rand.NewPCG(seed, 3))
		l := &late{kept: map[string][]byte{}}
		l.open(t, size)
		got := run(l.table, seed, steps, func(*testTable) *testTable {
			switch rnd.IntN(12) {
			case 0, 1, 2, 3:
				l.save(t)
				inOrder(t, l.table)
			case 4:
				l.save(t)
				l.write()
				l.pending = nil
				l.open(t, size)
				inOrder(t, l.table)
			}
			return l.table
		})
		if d := firstDifference(want, got); d != "" {
			t.Fatalf("seed %d, %d in memory:\n%s", seed, size, d)
		}
		fetched += l.fetched
	}
	if fetched == 0 {
		t.Error("nothing was ever fetched")
	}
}

// firstDifference compares what two tables have told, but for how many ids are
// open: one that is away is counted until it is swept.
func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range as {
		x, _, _ := strings.Cut(as[i], ", ")
		y, _, _ := strings.Cut(bs[i], ", ")
		if x != y {
			return "want " + x + "\n got " + y
		}
	}
	return ""
}

// TestWhatIsAwayExpires: no line asks for it any more, and it is swept all the same.
func TestWhatIsAwayExpires(t *testing.T) {
	const n = 3*sweepStep + 1
	l := &late{kept: map[string][]byte{}}
	l.open(t, 10)
	q := l.table.Of([]byte("h"), []byte("i"))
	for i := range n {
		l.table.Create(q, []byte{'A' + byte(i/1024), 'A' + byte(i/32%32), 'A' + byte(i%32)}, 1)
	}
	for range 3 {
		l.save(t)
	}
	if l.table.entries.n != 10 || l.table.Open() != n || len(l.kept) != n || q.open != n {
		t.Fatalf("%d in memory, %d open, %d kept", l.table.entries.n, l.table.Open(), len(l.kept))
	}
	l.table.Expire(49 * time.Hour.Milliseconds())
	for calls := range 10 {
		l.save(t)
		if calls == 0 && len(l.table.gone)+len(l.table.away.gone) > sweepStep+10 {
			t.Fatal("one call has swept everything")
		}
	}
	if l.table.Open() != 0 || len(l.kept) != 0 || q.open != 0 || len(q.Host.queues) != 0 {
		t.Errorf("%d open, %d kept, %d of the queue", l.table.Open(), len(l.kept), q.open)
	}
}

// TestNothingIsAskedForWhileThereIsRoom: most queue ids that a line begins with are
// new, and looking for them is to cost nothing.
func TestNothingIsAskedForWhileThereIsRoom(t *testing.T) {
	l := &late{kept: map[string][]byte{}}
	l.open(t, 1000)
	run(l.table, 1, 1000, func(*testTable) *testTable {
		l.save(t)
		return l.table
	})
	if l.fetched > 0 {
		t.Errorf("asked %d times", l.fetched)
	}
}
