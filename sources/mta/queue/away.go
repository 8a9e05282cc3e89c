package queue

import (
	"mailfate/sources"
	"mailfate/sources/saved"
)

// sweepStep is how many saved entries one call of Changes looks at, in search of
// those that nobody asks for any more.
const sweepStep = 4096

// keys are the keys of saved entries.
type keys map[string]struct{}

func (k keys) add(of *key) { k[string(of.append(nil))] = struct{}{} }

// away is what a table knows of the queue ids that it has left in the saved state.
//
// What Changes hands out is written a while later: it is sure to be found from the
// next call on. So an entry leaves memory one call after it was handed out, and one
// that is no more is not looked for as long as it may still be there.
type away struct {
	saved  sources.Saved // nil: nothing can be left anywhere
	prefix byte          // of the table's keys
	n      int           // queue ids
	round  uint64        // counts the calls of Changes
	gone   keys          // what the last one said is no more
	cursor []byte        // up to where the sweep has come; nil: none is under way
	swept  int64         // when the last one began, in the stream's time
	key    []byte        // scratch
}

// Recall says where entries are found that Changes handed out with a prefix. It is
// called before the first Load.
func (t *Table[M, P]) Recall(prefix byte, from sources.Saved) {
	t.away = away{saved: from, prefix: prefix, gone: make(keys)}
}

// add notes that a queue id of q is in the saved state alone, and take that it no
// longer is.
func (a *away) add(q *Queue) { q.away++; a.n++ }

func (a *away) take(q *Queue) { q.away--; a.n-- }

// turn ends a call of Changes, which said that gone is no more. It returns what the
// next one is to be told of.
func (a *away) turn(gone keys) keys {
	a.round++
	next := a.gone
	if next == nil {
		next = make(keys)
	}
	clear(next)
	a.gone = gone
	return next
}

// leave forgets what there is no room for in memory, as it can be fetched.
func (t *Table[M, P]) leave() {
	if t.away.saved == nil {
		return
	}
	for n := t.open.n; n > 0 && t.open.n > t.maxOpen; n-- {
		e := t.open.first
		t.open.remove(e)
		if e.round == t.away.round { // handed out just now
			t.open.add(e)
			continue
		}
		t.entries.remove(e)
		t.away.add(e.key.queue)
		t.recycle(e)
	}
}

// fetch brings a queue id back into memory; nil when there is none.
func (t *Table[M, P]) fetch(k key) *Entry[M] {
	a := &t.away
	a.key = k.append(append(a.key[:0], a.prefix))
	if t.isGone(a.key[1:]) {
		return nil
	}
	value := a.saved.Get(a.key)
	if value == nil {
		return nil
	}
	e, err := t.decode(a.key[1:], value)
	if err != nil {
		return nil // as Saved is unable to read, which it reports
	}
	a.take(k.queue)
	t.entries.put(e)
	t.list(e).add(e)
	return e
}

// isGone reports whether a saved key is no more, though it may still be found.
func (t *Table[M, P]) isGone(key []byte) bool {
	_, now := t.gone[string(key)]
	_, before := t.away.gone[string(key)]
	return now || before
}

// sweep looks for entries in the saved state whose time is over, a part at a time;
// once it has seen all it pauses.
func (t *Table[M, P]) sweep() {
	a := &t.away
	if a.n == 0 {
		a.cursor = nil
		return
	}
	if a.cursor == nil {
		if t.now-a.swept < touchStep {
			return
		}
		a.swept, a.cursor = t.now, []byte{a.prefix}
	}
	seen, whole := 0, true
	a.saved.Scan(a.cursor, func(key, value []byte) bool {
		if len(key) == 0 || key[0] != a.prefix {
			return false
		}
		if seen++; seen > sweepStep {
			a.cursor, whole = append(a.cursor[:0], key...), false
			return false
		}
		t.sweepOne(key[1:], value)
		return true
	})
	if whole {
		a.cursor = nil
	}
}

func (t *Table[M, P]) sweepOne(key, value []byte) {
	var e Entry[M]
	if !e.head(saved.NewReader(value)) || !t.outlived(e.touched) || t.isGone(key) {
		return
	}
	k := saved.NewReader(key)
	q := t.named(k.Text(), k.Text())
	if id := k.Rest(); !k.OK() || t.entries.get(q, id) != nil {
		return
	}
	t.gone[string(key)] = struct{}{}
	t.away.take(q)
	q.closed()
}
