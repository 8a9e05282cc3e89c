package imap

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"mailfate/sources"
	"mailfate/sources/tail"
)

// position is how far a mailbox was read.
type position struct {
	Validity uint32 // UIDVALIDITY; 0: it was not read yet
	UID      uint32 // the highest that was handed out
}

// item is what the connection's goroutine hands over.
type item struct {
	mail []byte   // nil: only the position changes
	uid  uint32   // of the mail
	at   position // what has been handed over, all below it included
}

// maxLost is how many mails that could not be had are remembered, the latest.
const maxLost = 16

type reader struct {
	opts Options
	name string

	ctx    context.Context //nolint:containedctx // Next has none; Close ends it
	cancel context.CancelFunc
	begun  bool
	items  chan item // closed at the end of a replay
	ready  *item     // that Wait has taken
	done   chan struct{}
	ended  bool

	at     position
	dirty  bool
	counts tail.Counts

	mu     sync.Mutex
	failed error    // why there is no connection
	left   error    // why read mails were not moved
	lost   []error  // mails that could not be had
	kept   position // up to here mails may be moved
	wake   chan struct{}
}

// Open returns a reader of a mailbox. Nothing is sent until Next is called.
func Open(o Options) tail.Reader {
	o = o.withDefaults()
	r := &reader{opts: o, name: o.Name(), items: make(chan item), done: make(chan struct{}), wake: make(chan struct{}, 1)}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// Next hands out a mail, if there is one.
func (r *reader) Next(fn func(sources.Line)) tail.Status {
	if !r.begun {
		r.begun = true
		go r.run(r.at)
	}
	if r.ready == nil && !r.ended {
		limit := time.Duration(0)
		if !r.opts.Follow {
			limit = time.Second // whoever replays is told at the end, and looks for orders before
		}
		_ = r.await(r.ctx, limit)
	}
	switch it := r.ready; {
	case it != nil:
		r.ready = nil
		r.take(it, fn)
	case r.ended || r.opts.Follow:
		return tail.Idle
	}
	return tail.More
}

func (r *reader) take(it *item, fn func(sources.Line)) {
	r.at, r.dirty = it.at, true
	if it.mail == nil {
		return
	}
	if len(it.mail) > r.opts.MaxMail {
		it.mail = it.mail[:r.opts.MaxMail]
		r.counts.Cut++
	}
	r.counts.Lines++
	r.counts.Bytes += uint64(len(it.mail))
	fn(sources.Line{Data: it.mail, File: r.name, Offset: int64(it.uid)})
}

// await waits for an item.
func (r *reader) await(ctx context.Context, limit time.Duration) error {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case it, more := <-r.items:
		if r.ended = !more; more {
			r.ready = &it
		}
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Wait waits for mail.
func (r *reader) Wait(ctx context.Context, limit time.Duration) error {
	if r.ready != nil || r.ended {
		return ctx.Err()
	}
	return r.await(ctx, limit)
}

// Counts returns what was counted so far.
func (r *reader) Counts() tail.Counts { return r.counts }

// Problems returns what could not be read.
func (r *reader) Problems() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Clone(r.lost)
	for _, err := range []error{r.left, r.failed} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

func (r *reader) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed = nil; err != nil {
		r.failed = &tail.FileError{Op: "read", Path: r.name, Err: err, Hint: hint(err)}
	}
}

// leave notes why read mails were not moved, if there is a reason.
func (r *reader) leave(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left = nil; err != nil {
		r.left = &tail.FileError{Op: "tidy", Path: r.name, Err: err, Hint: "they stay where they are; check the name of the folder and the right to write to it"}
	}
}

func (r *reader) lose(uid uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = append(r.lost, &tail.FileError{Op: "read", Path: r.name, Err: fmt.Errorf("the server has no content for the mail with UID %d", uid)})
	r.lost = r.lost[max(len(r.lost)-maxLost, 0):]
}

var (
	positionKey = []byte{'u'}
	errPosition = errors.New("stored position is damaged or from a newer version")
)

// positionVersion begins the stored position.
const positionVersion = 1

// Changes hands out the position, if it is another one.
func (r *reader) Changes(put func(key, value []byte) error) error {
	if !r.dirty {
		return nil
	}
	r.dirty = false
	value := binary.BigEndian.AppendUint32([]byte{positionVersion}, r.at.Validity)
	return put(positionKey, binary.BigEndian.AppendUint32(value, r.at.UID))
}

// Load takes the position back, which was kept.
func (r *reader) Load(key, value []byte) error {
	if !bytes.Equal(key, positionKey) || len(value) != 9 || value[0] != positionVersion {
		return fmt.Errorf("load position in %s: %w", r.name, errPosition)
	}
	r.at = position{binary.BigEndian.Uint32(value[1:]), binary.BigEndian.Uint32(value[5:])}
	r.kept = r.at
	return nil
}

// Keep returns what is to be called when the position that Changes handed out is
// kept: mails up to it can be moved then.
func (r *reader) Keep() func() {
	if r.opts.MoveTo == "" {
		return nil
	}
	at := r.at
	return func() {
		r.mu.Lock()
		r.kept = at
		r.mu.Unlock()
		notify(r.wake)
	}
}

func (r *reader) movable() position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept
}

// notify leaves at most one message in a channel.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close ends the connection.
func (r *reader) Close() error {
	r.cancel()
	if r.begun {
		<-r.done
	}
	return nil
}
