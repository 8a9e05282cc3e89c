package queue

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mailfate/sources/saved"
)

// note is the message of the tests.
type note struct{ text string }

func (n *note) Append(b []byte) []byte { return saved.AppendText(b, n.text) }
func (n *note) Load(r *saved.Reader)   { n.text = r.Text() }

type testTable = Table[note, *note]

func open(size int) *testTable {
	return New[note](Options{MaxOpen: size, Lifetime: 48 * time.Hour})
}

// inOrder counts what the table keeps count of.
func inOrder(t *testing.T, table *testTable) {
	t.Helper()
	table.settle()
	ids := map[*Queue]int{}
	for _, e := range table.entries.entries {
		if e == nil {
			continue
		}
		if table.entries.get(e.key.queue, e.key.text()) != e {
			t.Fatalf("entry of %s is not found", e.key.text())
		}
		ids[e.key.queue]++
	}
	for q, n := range ids {
		listed := 0
		for _, other := range q.Host.queues {
			if ids[other]+other.away == 0 {
				t.Fatalf("host %s lists %s, which is empty", q.Host.Name, other.Instance)
			}
			if other == q {
				listed++
			}
		}
		if q.open != n+q.away || listed != 1 {
			t.Fatalf("queue %s %s counts %d queue ids, has %d, and is listed %d times", q.Host.Name, q.Instance, q.open, n, listed)
		}
	}
	if n := table.open.n + table.removed.n; n != table.entries.n {
		t.Fatalf("%d listed, %d known", n, table.entries.n)
	}
}

// run does random things to a table and tells what it was asked and answered.
func run(table *testTable, seed uint64, steps int, after func(*testTable) *testTable) string {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var told bytes.Buffer
	now := int64(0)
	for i := range steps {
		host, instance := fmt.Appendf(nil, "h%d", rnd.IntN(2)), fmt.Appendf(nil, "i%d", rnd.IntN(3))
		id := fmt.Appendf(nil, "%06X", rnd.IntN(24))
		now += rnd.Int64N(1 << 22)
		table.Expire(now)
		q := table.Of(host, instance)
		e := table.Find(q, id)
		switch what := rnd.IntN(5); {
		case e == nil || what == 0:
			e = table.Create(q, id, now)
			e.Message.text = fmt.Sprint(i)
		case what == 1:
			table.Retire(e)
		case what == 2:
			to := table.Of(host, fmt.Appendf(nil, "i%d", rnd.IntN(3)))
			if table.Find(to, id) == nil {
				table.Move(e, to)
			}
		default:
			table.Touch(e)
		}
		fmt.Fprintf(&told, "%s %s %s: %s %d %v, %d open\n", host, instance, id, e.Message.text, e.FirstSeen(), e.Removed(), table.Open())
		table = after(table)
	}
	return told.String()
}

// TestSavedAndLoadedItGoesOn compares a table with one that is saved and loaded
// all the time.
func TestSavedAndLoadedItGoesOn(t *testing.T) {
	for seed := range uint64(20) {
		size := 6 + int(seed)
		whole := run(open(size), seed, 2000, func(table *testTable) *testTable { inOrder(t, table); return table })
		entries := map[string][]byte{}
		put := func(k, v []byte) error {
			delete(entries, string(k))
			if v != nil {
				entries[string(k)] = bytes.Clone(v)
			}
			return nil
		}
		pieces := run(open(size), seed, 2000, func(table *testTable) *testTable {
			if err := table.Changes('q', put); err != nil {
				t.Fatal(err)
			}
			loaded := open(size)
			for k, v := range entries {
				if err := loaded.Load([]byte(k[1:]), v); err != nil {
					t.Fatal(err)
				}
			}
			loaded.now, loaded.order = table.now, max(loaded.order, table.order)
			return loaded
		})
		if whole != pieces {
			t.Fatalf("seed %d: another table after loading", seed)
		}
	}
}

func TestMadeUpNamesAreForgotten(t *testing.T) {
	table := open(10)
	for i := range 50_000 {
		table.Of(fmt.Appendf(nil, "host%d", i), fmt.Appendf(nil, "mta-%d", i))
	}
	if table.n > minSweep {
		t.Errorf("%d queues remembered, want at most %d", table.n, minSweep)
	}
}

func TestChangesThatFailAreHandedOutAgain(t *testing.T) {
	table := open(10)
	q := table.Of([]byte("h"), nil)
	table.Create(q, []byte("A"), 1)
	full := errors.New("full")
	if err := table.Changes('q', func(_, _ []byte) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	n := 0
	if err := table.Changes('q', func(_, _ []byte) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%d changes, %v", n, err)
	}
}

func FuzzLoad(f *testing.F) {
	table := open(10)
	table.Create(table.Of([]byte("h"), []byte("i")), []byte("3F2A1C"), 1).Message.text = "x"
	if err := table.Changes('q', func(k, v []byte) error { f.Add(k[1:], v); return nil }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key, value []byte) {
		table := open(10)
		if err := table.Load(key, value); err == nil && table.Open() != 1 {
			t.Error("loaded and not known")
		}
		inOrder(t, table)
	})
}
