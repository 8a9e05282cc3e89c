package queue

import (
	"time"

	"mailfate/sources/saved"
)

// Defaults of Options.
const (
	// DefaultLifetime is how long a queue id is remembered after its last line.
	// MTAs give a message up after four or five days, unless it is put on hold.
	DefaultLifetime = 14 * 24 * time.Hour
	// DefaultMaxOpen is how many queue ids are remembered at most.
	DefaultMaxOpen = 1_000_000
)

const (
	// grace is how long a removed queue id is remembered in the stream's time,
	// for lines that a syslog server has put after the removal.
	grace = 5 * 60 * 1000
	// maxRemoved is how many removed queue ids are remembered at most.
	maxRemoved = 16384
	// touchStep is how exactly the last line about a queue id is remembered, so
	// that not every line has to be saved.
	touchStep = 60 * 60 * 1000
)

// Options bound what is remembered. The zero value is of use.
type Options struct {
	// Lifetime is how long a queue id is remembered after its last line, in the
	// stream's time; 0 is DefaultLifetime.
	Lifetime time.Duration
	// MaxOpen is how many queue ids in the queue are remembered in memory at most.
	// The oldest are left where they were saved, if Recall has said where that is;
	// else they are forgotten. 0 is DefaultMaxOpen.
	MaxOpen int
}

// Message is what a parser keeps of a message: M's pointer, which appends it to
// bytes and reads it from them. What Load could not read it reports by r.
type Message[M any] interface {
	*M
	Append(b []byte) []byte
	Load(r *saved.Reader)
}

// A Table remembers the queue ids of one stream.
type Table[M any, P Message[M]] struct {
	// Loaded, if not nil, is called with every message that was read back: for what
	// Append does not save because it follows from the rest.
	Loaded func(*M)

	queues
	entries  index[M]
	open     list[M] // still in the queue
	removed  list[M] // removed a short while ago
	dirty    list[M]
	order    uint64
	maxOpen  int
	lifetime int64 // ms
	now      int64 // the stream's time; a line's own may be far behind it

	gone      keys        // of saved entries that are no more
	loaded    []*Entry[M] // not in their lists yet
	free      *Entry[M]   // for reuse, linked by age
	forgotten int
	away      away
}

// New returns an empty table.
func New[M any, P Message[M]](o Options) *Table[M, P] {
	if o.Lifetime <= 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	return &Table[M, P]{
		queues:   newQueues(),
		entries:  newIndex[M](),
		open:     list[M]{by: byAge},
		removed:  list[M]{by: byAge},
		dirty:    list[M]{by: byChange},
		maxOpen:  o.MaxOpen,
		lifetime: o.Lifetime.Milliseconds(),
		gone:     make(keys),
	}
}

// Open is how many queue ids are remembered now.
func (t *Table[M, P]) Open() int { return t.entries.n + t.away.n }

// Forgotten counts the queue ids, since New, that were forgotten before their
// time because there were too many.
func (t *Table[M, P]) Forgotten() int { return t.forgotten }

// Find returns what is known of a queue id; nil when nothing is.
func (t *Table[M, P]) Find(q *Queue, id []byte) *Entry[M] {
	t.settle()
	e := t.entries.get(q, id)
	if e == nil && q.away > 0 {
		e = t.fetch(keyOf(q, id))
	}
	if e != nil && t.outlived(e.touched) && !e.removed {
		t.drop(e)
		return nil
	}
	return e
}

// outlived reports whether nothing is remembered any more of a queue id in the
// queue, whose last line was logged at a time.
func (t *Table[M, P]) outlived(touched int64) bool { return t.now-touched > t.lifetime }

// Create begins with a queue id, whose first line was logged at a time. What was
// known of it belonged to an earlier message.
func (t *Table[M, P]) Create(q *Queue, id []byte, seen int64) *Entry[M] {
	if e := t.Find(q, id); e != nil {
		t.drop(e)
	}
	for t.away.saved == nil && t.open.n >= t.maxOpen {
		t.forget()
	}
	e := t.free
	if e == nil {
		e = new(Entry[M])
	} else {
		t.free = e.links[byAge].next
	}
	e.links[byAge].next = nil // the rest is as recycle left it
	e.key = keyOf(q, id)
	e.firstSeen, e.touched, e.order = seen, t.now, t.next()
	t.entries.put(e)
	q.opened()
	t.open.add(e)
	t.Mark(e)
	return e
}

// forget makes room where nothing can be left in the saved state.
func (t *Table[M, P]) forget() {
	t.drop(t.open.first)
	t.forgotten++
}

func (t *Table[M, P]) next() uint64 {
	t.order++
	return t.order
}

// Touch notes that there was a line about the queue id.
func (t *Table[M, P]) Touch(e *Entry[M]) {
	if t.now-e.touched > touchStep && !e.removed {
		t.open.remove(e)
		e.touched, e.order = t.now, t.next()
		t.open.add(e)
		t.Mark(e)
	}
}

// Retire notes that the message has left the queue.
func (t *Table[M, P]) Retire(e *Entry[M]) {
	if e.removed {
		return
	}
	t.open.remove(e)
	e.removed = true
	e.touched, e.order = t.now, t.next()
	t.removed.add(e)
	t.Mark(e)
	if t.removed.n > maxRemoved {
		t.drop(t.removed.first)
	}
}

// Expire forgets what is too old now, which is the stream's time.
func (t *Table[M, P]) Expire(now int64) {
	t.settle()
	t.now = now
	for e := t.removed.first; e != nil && now-e.touched > grace; e = t.removed.first {
		t.drop(e)
	}
	for e := t.open.first; e != nil && t.outlived(e.touched); e = t.open.first {
		t.drop(e)
	}
}

// drop forgets a queue id.
func (t *Table[M, P]) drop(e *Entry[M]) {
	t.unkey(e)
	t.list(e).remove(e)
	if e.dirty {
		t.dirty.remove(e)
	}
	t.recycle(e)
}

// list returns the list that the entry is in by its age.
func (t *Table[M, P]) list(e *Entry[M]) *list[M] {
	if e.removed {
		return &t.removed
	}
	return &t.open
}

// recycle keeps an entry that is in no list any more for reuse.
func (t *Table[M, P]) recycle(e *Entry[M]) {
	*e = Entry[M]{}
	e.links[byAge].next = t.free
	t.free = e
}

// Move puts a queue id into the queue that it turned out to belong to, which
// must not know it yet.
func (t *Table[M, P]) Move(e *Entry[M], q *Queue) {
	t.unkey(e)
	e.saved = false
	e.key.queue = q
	t.entries.put(e)
	q.opened()
	t.Mark(e)
}

func (t *Table[M, P]) unkey(e *Entry[M]) {
	t.entries.remove(e)
	e.key.queue.closed()
	if e.saved {
		t.gone.add(&e.key)
	}
}

// Mark notes that the message changed and must be saved.
func (t *Table[M, P]) Mark(e *Entry[M]) {
	if !e.dirty {
		e.dirty = true
		t.dirty.add(e)
	}
}
