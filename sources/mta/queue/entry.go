package queue

// MaxID is the longest queue id that can be remembered.
const MaxID = 24

// A key is what a queue id is unique within and by. Ids are at most as long as
// the array.
type key struct {
	queue *Queue
	id    [MaxID]byte
	n     uint8
}

func keyOf(q *Queue, id []byte) key {
	k := key{queue: q}
	k.n = uint8(copy(k.id[:], id))
	return k
}

// text returns the queue id.
func (k *key) text() []byte { return k.id[:min(k.n, MaxID)] }

// An Entry is what is remembered of one queue id, while it means one message.
type Entry[M any] struct {
	// What every lookup looks at, within one line of the processor's cache.
	key     key
	hash    uint32 // of the key
	touched int64  // the stream's time at the last line about it, within touchStep, or at its removal

	Message M

	removed, dirty, saved bool

	order     uint64 // place among the others, as remembered and as forgotten
	firstSeen int64
	round     uint64 // of the Changes that handed it out last
	links     [linkCount]link[M]
}

// Queue returns the queue that the id is of.
func (e *Entry[M]) Queue() *Queue { return e.key.queue }

// FirstSeen is the first line's time, in ms since 1970 UTC.
func (e *Entry[M]) FirstSeen() int64 { return e.firstSeen }

// Removed reports whether the message has left the queue.
func (e *Entry[M]) Removed() bool { return e.removed }

// The lists that an entry can be in.
const (
	byAge     = iota // open or removed, the longest untouched first
	byChange         // changed since it was saved
	linkCount = iota
)

type link[M any] struct{ prev, next *Entry[M] }

// A list links entries, so that each can leave it at once.
type list[M any] struct {
	by          int
	first, last *Entry[M]
	n           int
}

func (l *list[M]) add(e *Entry[M]) {
	e.links[l.by] = link[M]{prev: l.last}
	if l.last == nil {
		l.first = e
	} else {
		l.last.links[l.by].next = e
	}
	l.last = e
	l.n++
}

func (l *list[M]) remove(e *Entry[M]) {
	at := e.links[l.by]
	if at.prev == nil {
		l.first = at.next
	} else {
		at.prev.links[l.by].next = at.next
	}
	if at.next == nil {
		l.last = at.prev
	} else {
		at.next.links[l.by].prev = at.prev
	}
	e.links[l.by] = link[M]{}
	l.n--
}
