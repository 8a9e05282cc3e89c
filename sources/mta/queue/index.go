package queue

import "hash/maphash"

// minPlaces is how many places an index has at least; a power of two.
const minPlaces = 1024

// An index finds entries by their keys. Each stands at the place that its hash says
// or, where that is taken, at one of the next, with none free between. The hashes
// stand apart from the entries, since those of other keys are mostly long out of the
// processor's cache. The seed is a secret, so nobody can write queue ids that all
// want the same place.
type index[M any] struct {
	seed    maphash.Seed
	hashes  []uint32 // 0 where the place is free
	entries []*Entry[M]
	n       int
}

func newIndex[M any]() index[M] {
	x := index[M]{seed: maphash.MakeSeed()}
	x.resize(minPlaces)
	return x
}

func (x *index[M]) resize(places int) {
	x.hashes, x.entries = make([]uint32, places), make([]*Entry[M], places)
}

// hash is of the queue id alone: queues rarely share one. It is never 0.
func (x *index[M]) hash(id []byte) uint32 { return uint32(maphash.Bytes(x.seed, id)) | 1<<31 }

// at is the place of a hash, or one that many places after it.
func (x *index[M]) at(hash uint32) int { return int(hash) & (len(x.hashes) - 1) }

// get returns the entry of a queue id; nil when there is none.
func (x *index[M]) get(q *Queue, id []byte) *Entry[M] {
	hash := x.hash(id)
	for i := x.at(hash); x.hashes[i] != 0; i = x.next(i) {
		if x.hashes[i] != hash {
			continue
		}
		if e := x.entries[i]; e.key.queue == q && string(e.key.text()) == string(id) {
			return e
		}
	}
	return nil
}

func (x *index[M]) next(i int) int { return (i + 1) & (len(x.hashes) - 1) }

// put adds an entry, whose key must not be there yet.
func (x *index[M]) put(e *Entry[M]) {
	if x.n >= len(x.hashes)/4*3 {
		x.grow()
	}
	e.hash = x.hash(e.key.text())
	x.place(e)
	x.n++
}

func (x *index[M]) place(e *Entry[M]) {
	i := x.at(e.hash)
	for x.hashes[i] != 0 {
		i = x.next(i)
	}
	x.hashes[i], x.entries[i] = e.hash, e
}

// remove closes the gap that it leaves: what follows and wants a place before where
// it is moves there.
func (x *index[M]) remove(e *Entry[M]) {
	gap := x.at(e.hash)
	for x.entries[gap] != e {
		gap = x.next(gap)
	}
	for i := x.next(gap); x.hashes[i] != 0; i = x.next(i) {
		if wanted := x.at(x.hashes[i]); x.distance(wanted, i) >= x.distance(gap, i) {
			x.hashes[gap], x.entries[gap] = x.hashes[i], x.entries[i]
			gap = i
		}
	}
	x.hashes[gap], x.entries[gap] = 0, nil
	x.n--
}

// distance is how many places one is before another.
func (x *index[M]) distance(from, to int) int { return (to - from) & (len(x.hashes) - 1) }

func (x *index[M]) grow() {
	entries := x.entries
	x.resize(2 * len(entries))
	for _, e := range entries {
		if e != nil {
			x.place(e)
		}
	}
}
