package postfix

const (
	// grace is how long a removed queue id is remembered in the stream's time,
	// for lines that a syslog server has put after the removal.
	grace = 5 * 60 * 1000
	// maxRemoved is how many removed queue ids are remembered at most.
	maxRemoved = 16384
	// touchStep is how exactly the last line about a queue id is remembered, so
	// that not every line has to be saved.
	touchStep = 60 * 60 * 1000
	// maxInstances is how many instances a host may have for a line with a
	// service name to be looked up in all of them.
	maxInstances = 16
)

// A table remembers queue ids.
type table struct {
	queues
	entries  map[queueKey]*entry
	open     list // still in the queue
	removed  list // removed a short while ago
	dirty    list
	order    uint64
	maxOpen  int
	lifetime int64 // ms
	now      int64 // the stream's time; a line's own may be far behind it

	gone      map[string]struct{} // keys of saved entries that are no more
	loaded    []*entry            // not in their lists yet
	free      *entry              // for reuse, linked by age
	forgotten int
}

func newTable(maxOpen int, lifetime int64) *table {
	return &table{
		queues:   newQueues(),
		entries:  make(map[queueKey]*entry),
		open:     list{by: byAge},
		removed:  list{by: byAge},
		dirty:    list{by: byChange},
		maxOpen:  maxOpen,
		lifetime: lifetime,
		gone:     make(map[string]struct{}),
	}
}

// find returns what is known of a queue id, nil when nothing is. A line is loose
// when its tag has a service name, whose first part may be wrong.
func (t *table) find(q *queue, id []byte, loose bool) *entry {
	if e := t.entries[keyOf(q, id)]; e != nil {
		if e.flags&entryLoose != 0 && !loose {
			e.flags &^= entryLoose
			t.mark(e)
		}
		return e
	}
	others := q.host.queues
	if len(others) > maxInstances {
		return nil
	}
	for _, other := range others {
		if other == q {
			continue
		}
		e := t.entries[keyOf(other, id)]
		switch {
		case e == nil:
		case loose:
			return e
		case e.flags&entryLoose != 0:
			t.move(e, q)
			return e
		}
	}
	return nil
}

// get returns what is known of a queue id, and begins with it where nothing is.
func (t *table) get(q *queue, id []byte, loose bool, seen int64) *entry {
	return t.fresh(q, id, loose, seen, 0)
}

// begin returns an entry for a line that is the first of its message. Short
// queue ids are used again, so what is known belongs to an earlier one, unless
// lines were shuffled and a Message-ID came first.
func (t *table) begin(q *queue, id []byte, loose bool, seen int64) *entry {
	return t.fresh(q, id, loose, seen, entryOrigin|entryActive|entryRemoved)
}

// identify returns an entry for a line with a Message-ID, which comes before the
// message gets into the active queue.
func (t *table) identify(q *queue, id []byte, loose bool, seen int64) *entry {
	return t.fresh(q, id, loose, seen, entryActive|entryRemoved)
}

// current returns an entry for a line that a message in the queue can have at
// any time, and a removed one not.
func (t *table) current(q *queue, id []byte, loose bool, seen int64) *entry {
	return t.fresh(q, id, loose, seen, entryRemoved)
}

// fresh returns what is known of a queue id, if none of the flags says that it
// belongs to an earlier message, and else begins anew.
func (t *table) fresh(q *queue, id []byte, loose bool, seen int64, stale entryFlags) *entry {
	e := t.find(q, id, loose)
	switch {
	case e == nil:
	case e.flags&stale == 0:
		t.touch(e)
		return e
	case e.key.queue == q:
		t.drop(e)
	}
	return t.create(q, id, loose, seen)
}

func (t *table) create(q *queue, id []byte, loose bool, seen int64) *entry {
	for t.open.n+t.removed.n >= t.maxOpen {
		t.forget()
	}
	e := t.free
	if e == nil {
		e = new(entry)
	} else {
		t.free = e.links[byAge].next
	}
	*e = entry{key: keyOf(q, id), firstSeen: seen, touched: t.now, order: t.next()}
	if loose {
		e.flags |= entryLoose
	}
	t.entries[e.key] = e
	q.opened()
	t.open.add(e)
	t.mark(e)
	return e
}

// forget makes room: for what was removed first, then for the oldest.
func (t *table) forget() {
	if t.removed.first != nil {
		t.drop(t.removed.first)
		return
	}
	t.drop(t.open.first)
	t.forgotten++
}

func (t *table) next() uint64 {
	t.order++
	return t.order
}

// touch notes that there was a line about the queue id.
func (t *table) touch(e *entry) {
	if t.now-e.touched > touchStep && e.flags&entryRemoved == 0 {
		t.open.remove(e)
		e.touched, e.order = t.now, t.next()
		t.open.add(e)
		t.mark(e)
	}
}

// retire notes that the queue id was removed from the queue.
func (t *table) retire(e *entry) {
	if e.flags&entryRemoved != 0 {
		return
	}
	t.open.remove(e)
	e.flags |= entryRemoved
	e.touched, e.order = t.now, t.next()
	t.removed.add(e)
	t.mark(e)
	if t.removed.n > maxRemoved {
		t.drop(t.removed.first)
	}
}

// expire forgets what is too old now, which is the stream's time.
func (t *table) expire(now int64) {
	t.now = now
	for e := t.removed.first; e != nil && now-e.touched > grace; e = t.removed.first {
		t.drop(e)
	}
	for e := t.open.first; e != nil && now-e.touched > t.lifetime; e = t.open.first {
		t.drop(e)
	}
}

// drop forgets a queue id.
func (t *table) drop(e *entry) {
	t.unkey(e)
	if e.flags&entryRemoved != 0 {
		t.removed.remove(e)
	} else {
		t.open.remove(e)
	}
	if e.flags&entryDirty != 0 {
		t.dirty.remove(e)
	}
	*e = entry{}
	e.links[byAge].next = t.free
	t.free = e
}

// move puts a queue id into the queue that it turned out to belong to.
func (t *table) move(e *entry, q *queue) {
	t.unkey(e)
	e.flags &^= entryLoose | entrySaved
	e.key.queue = q
	t.entries[e.key] = e
	q.opened()
	t.mark(e)
}

func (t *table) unkey(e *entry) {
	delete(t.entries, e.key)
	e.key.queue.closed()
	if e.flags&entrySaved != 0 {
		t.gone[string(entryKey(nil, &e.key))] = struct{}{}
	}
}

// set notes what a line has shown of the queue id.
func (t *table) set(e *entry, flags entryFlags) {
	if e.flags&flags != flags {
		e.flags |= flags
		t.mark(e)
	}
}

// mark notes that the entry must be saved.
func (t *table) mark(e *entry) {
	if e.flags&entryDirty == 0 {
		e.flags |= entryDirty
		t.dirty.add(e)
	}
}
