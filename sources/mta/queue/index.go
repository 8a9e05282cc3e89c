package queue

import (
	"hash/maphash"
	"iter"
)

// minBuckets is how many buckets an index has at least; a power of two.
const minBuckets = 1024

// An index finds entries by their keys. Those of one bucket are linked, so that an
// entry is reached by one step from its key and costs no memory of its own here.
// The seed is a secret, so nobody can write queue ids that all share a bucket.
type index[M any] struct {
	seed    maphash.Seed
	buckets []*Entry[M]
	n       int
}

func newIndex[M any]() index[M] {
	return index[M]{seed: maphash.MakeSeed(), buckets: make([]*Entry[M], minBuckets)}
}

// hash is of the queue id alone: queues rarely share one.
func (x *index[M]) hash(id []byte) uint64 { return maphash.Bytes(x.seed, id) }

func (x *index[M]) bucket(hash uint64) *(*Entry[M]) {
	return &x.buckets[hash&uint64(len(x.buckets)-1)]
}

// get returns the entry of a queue id; nil when there is none.
func (x *index[M]) get(q *Queue, id []byte) *Entry[M] {
	hash := x.hash(id)
	for e := *x.bucket(hash); e != nil; e = e.sibling {
		if e.hash == hash && e.key.queue == q && string(e.key.text()) == string(id) {
			return e
		}
	}
	return nil
}

// put adds an entry, whose key must not be there yet.
func (x *index[M]) put(e *Entry[M]) {
	if x.n >= len(x.buckets) {
		x.grow()
	}
	e.hash = x.hash(e.key.text())
	b := x.bucket(e.hash)
	e.sibling, *b = *b, e
	x.n++
}

func (x *index[M]) remove(e *Entry[M]) {
	at := x.bucket(e.hash)
	for *at != e {
		at = &(*at).sibling
	}
	*at, e.sibling = e.sibling, nil
	x.n--
}

func (x *index[M]) grow() {
	larger := index[M]{buckets: make([]*Entry[M], 2*len(x.buckets))}
	for e := range x.all() {
		b := larger.bucket(e.hash)
		e.sibling, *b = *b, e
	}
	x.buckets = larger.buckets
}

// all is every entry, which may be moved elsewhere once it has been handed out.
func (x *index[M]) all() iter.Seq[*Entry[M]] {
	return func(yield func(*Entry[M]) bool) {
		for _, e := range x.buckets {
			for e != nil {
				next := e.sibling
				if !yield(e) {
					return
				}
				e = next
			}
		}
	}
}
