package intake

import (
	"context"
	"sync"
	"time"

	"mailfate/pipeline/kafkalog"
)

// progress knows how far every partition has come, and who waits for that.
type progress struct {
	mu      sync.Mutex
	at      map[place]*position // partitions that are being consumed
	moved   chan struct{}       // closed and replaced when a position advances
	waiting int                 // calls of waitFor
	hurried chan struct{}       // closed while waiting > 0
}

type place struct {
	topic     string
	partition int
}

// position is how far one partition has come.
type position struct {
	place
	owner *progress

	next, end int64 // read up to; the log's end when last seen
	done      int64 // written and committed up to
	skipped   uint64
	err       error
	since     time.Time // of the trouble
}

func (p *progress) init() {
	p.at = map[place]*position{}
	p.moved = make(chan struct{})
	p.hurried = make(chan struct{})
}

func (p *progress) join(topic string, partition int, from int64) *position {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := &position{place: place{topic, partition}, owner: p, next: from, end: from, done: from}
	p.at[at.place] = at
	p.tell()
	return at
}

func (p *progress) leave(at *position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at[at.place] == at {
		delete(p.at, at.place)
	}
}

// advance notes that everything that was read is written.
func (p *progress) advance(at *position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at.done = at.next
	p.tell()
}

// tell wakes those who wait.
func (p *progress) tell() {
	close(p.moved)
	p.moved = make(chan struct{})
}

// hurry returns a channel that is closed while somebody waits.
func (p *progress) hurry() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hurried
}

func (p *progress) waitFor(ctx context.Context, topic string, offsets map[int]int64) error {
	p.enter(1)
	defer p.enter(-1)
	for {
		reached, moved := p.reached(topic, offsets)
		if reached {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *progress) enter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.waiting
	p.waiting += n
	switch {
	case before == 0:
		close(p.hurried)
	case p.waiting == 0:
		p.hurried = make(chan struct{})
	}
}

func (p *progress) reached(topic string, offsets map[int]int64) (bool, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for partition, offset := range offsets {
		if offset <= 0 {
			continue // an empty partition needs nobody
		}
		at := p.at[place{topic, partition}]
		if at == nil || at.done < offset {
			return false, p.moved
		}
	}
	return true, p.moved
}

func (at *position) read(p kafkalog.Progress) {
	at.owner.mu.Lock()
	defer at.owner.mu.Unlock()
	at.next, at.end = p.Position, p.LastStable
}

func (at *position) position() int64 {
	at.owner.mu.Lock()
	defer at.owner.mu.Unlock()
	return at.next
}

// skip counts a record that was passed over.
func (at *position) skip() uint64 {
	at.owner.mu.Lock()
	defer at.owner.mu.Unlock()
	at.skipped++
	return at.skipped
}

// fail notes an error of some positions and reports whether it is the first of one
// since all was well.
func (p *progress) fail(of []*position, err error) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range of {
		at.err = err
		if at.since.IsZero() {
			at.since, first = time.Now(), true
		}
	}
	return first
}

// recover notes that all is well and reports since when it was not.
func (p *progress) recover(of []*position) (since time.Time, was bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range of {
		if !at.since.IsZero() && (!was || at.since.Before(since)) {
			since, was = at.since, true
		}
		at.err, at.since = nil, time.Time{}
	}
	return since, was
}
