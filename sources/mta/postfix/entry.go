package postfix

// A queueKey is what a queue id is unique within and by. Ids are shorter than
// the array and hold no zero byte.
type queueKey struct {
	queue *queue
	id    [maxQueueID]byte
}

func keyOf(q *queue, id []byte) queueKey {
	k := queueKey{queue: q}
	copy(k.id[:], id)
	return k
}

// text returns the queue id.
func (k *queueKey) text() []byte {
	n := 0
	for n < len(k.id) && k.id[n] != 0 {
		n++
	}
	return k.id[:n]
}

// An entry is what is remembered of one queue id, while it means one message.
type entry struct {
	key   queueKey
	links [linkCount]link

	order     uint64 // place among the others, as remembered and as forgotten
	firstSeen int64  // the first line's time, ms since 1970 UTC
	touched   int64  // the stream's time at the last line about it, within touchStep, or at its removal

	messageID string
	sender    string // as in schemas.Event
	saslUser  string
	account   string // a function of the two above
	size      int64

	flags entryFlags
}

// entryFlags is stored: append only.
type entryFlags uint16

const (
	entryOrigin       entryFlags = 1 << iota // where it came from was seen
	entryActive                              // it was seen in the active queue
	entryRemoved                             // it was removed from the queue
	entryNotification                        // Postfix itself made it: no message
	entryResent                              // its message id is a Resent-Message-ID
	entryLoose                               // only lines with a service name were seen
	entryNamedHere                           // Postfix made its message id, from its queue id

	entryStored = entryNamedHere<<1 - 1

	// Not stored: how the entry stands to what is.
	entryDirty entryFlags = 1 << 14
	entrySaved entryFlags = 1 << 15
)

// The lists that an entry can be in.
const (
	byAge     = iota // open or removed, the longest untouched first
	byChange         // changed since it was saved
	linkCount = iota
)

type link struct{ prev, next *entry }

// A list links entries, so that each can leave it at once.
type list struct {
	by          int
	first, last *entry
	n           int
}

func (l *list) add(e *entry) {
	e.links[l.by] = link{prev: l.last}
	if l.last == nil {
		l.first = e
	} else {
		l.last.links[l.by].next = e
	}
	l.last = e
	l.n++
}

func (l *list) remove(e *entry) {
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
	e.links[l.by] = link{}
	l.n--
}
