package process

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailfate/pipeline/status"
	"mailfate/schemas"
)

const (
	// timersAtOnce is how many timers one transaction fires.
	timersAtOnce = 1024

	// leastAtOnce and mostAtOnce bound how many recipients of messages that changed
	// as a whole one transaction looks at.
	leastAtOnce, mostAtOnce = 64, 4096

	// paceTime is about how long that may take: input waits meanwhile. Some have a
	// hundred times as much to look at as others.
	paceTime = 20 * time.Millisecond
)

// look evaluates a recipient, or a message's own record, under every account
// that it may have, and notes what has changed.
func (b *batch) look(v *visit) error {
	header, err := b.known(schemas.Identity{MessageID: v.messageID})
	if err != nil {
		return err
	}
	accounts := []string{""}
	if header != nil {
		accounts = append(accounts, header.Accounts...)
	}
	for _, a := range v.accounts {
		if !slices.Contains(accounts, a) {
			accounts = append(accounts, a)
		}
	}
	for _, account := range accounts {
		id := schemas.Identity{Account: account, MessageID: v.messageID, Recipient: v.recipient}
		if err := b.lookAt(id, header, v.refold); err != nil {
			return err
		}
	}
	return nil
}

// lookAt evaluates one key.
func (b *batch) lookAt(id schemas.Identity, header *schemas.Snapshot, refold bool) error {
	c, err := b.cell(id)
	if err != nil {
		return err
	}
	m := status.Message{Key: &c.snap, Header: header, Clock: b.w.clock}
	if m.Unnamed, err = b.known(schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}); err != nil {
		return err
	}
	known := c.stored || c.grown
	if !known && (m.Unnamed == nil || id.Recipient == "") {
		return nil // nothing here, and nothing that comes from the side
	}
	if m.Whole, err = b.known(schemas.Identity{Account: id.Account, MessageID: id.MessageID}); err != nil {
		return err
	}
	if id.Account == "" && header != nil && len(header.Accounts) == 1 {
		owner := header.Accounts[0]
		if m.Owner, err = b.known(schemas.Identity{Account: owner, MessageID: id.MessageID, Recipient: id.Recipient}); err != nil {
			return err
		}
		if m.OwnerWhole, err = b.known(schemas.Identity{Account: owner, MessageID: id.MessageID}); err != nil {
			return err
		}
	}
	view := b.w.eval.Evaluate(&m)
	if !known && view.Standing != schemas.Shown {
		return nil
	}
	if refold {
		b.countRefolded(c, &view)
	}
	if status.Settle(&c.snap, &view, c.grown, b.intake) {
		c.told = true
		b.w.noteRules()
	}
	return nil
}

func (w *worker) clock(stream string) int64 {
	if t, ok := w.clocks[stream]; ok {
		return t
	}
	return -1 << 62
}

var errEnough = errors.New("enough for one transaction")

// fireTimers has the messages looked at whose timers are due.
func (b *batch) fireTimers() error {
	w := b.w
	for stream := range w.expired {
		prefix := bytes.Clone(w.keys.timersOf(stream))
		end := bytes.Clone(w.keys.timer(schemas.Timer{Stream: stream, Due: w.clock(stream) + 1}, nil))
		err := w.store.Range(prefix, end, func(key, _ []byte) error {
			if len(b.fired) == timersAtOnce {
				return errEnough
			}
			id, err := schemas.ParseKey(cutTimer(key, len(prefix)))
			if err != nil {
				return err
			}
			b.fired = append(b.fired, bytes.Clone(key))
			b.visit(id)
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read timers: %w", err)
		}
		delete(w.expired, stream)
	}
	return nil
}

// followFanOuts has recipients looked at of messages that changed as a whole.
func (b *batch) followFanOuts() error {
	budget := b.w.pace
	for len(b.w.fanOuts) > 0 && budget > 0 {
		f := b.w.fanOuts[0]
		b.fanOuts[f] = true
		if err := b.followFanOut(f, &budget); err != nil {
			return fmt.Errorf("look at all recipients of a message: %w", err)
		}
		if f.done {
			b.w.fanOuts = b.w.fanOuts[1:]
		}
	}
	return nil
}

// setPace makes of how long a transaction took over fan-outs how many recipients
// the next one looks at. What comes out of them does not depend on it.
func (w *worker) setPace(took time.Duration) {
	switch {
	case took > paceTime:
		w.pace = max(w.pace/2, leastAtOnce)
	case took < paceTime/3:
		w.pace = min(w.pace*2, mostAtOnce)
	}
}

// followFanOut visits the recipients of a message behind the last one visited.
// Those that are not in the store yet are visited as what they are: new.
func (b *batch) followFanOut(f *fanOut, budget *int) error {
	w, seen := b.w, f.last
	end := keyEnd(w.keys.state(schemas.AppendMessagePrefix(nil, f.messageID)))
	from := bytes.Clone(w.keys.state(schemas.Identity{MessageID: f.messageID, Recipient: f.last}.AppendKey(nil)))
	err := w.store.Range(from, end, func(key, _ []byte) error {
		id, err := schemas.ParseKey(w.keys.cutState(key))
		if err != nil || id.Recipient == seen {
			return err // seen before, or the message's own record
		}
		if id.Recipient != f.last {
			if *budget == 0 {
				return errEnough
			}
			*budget--
			f.last = id.Recipient
		}
		b.visit(id)
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	f.done = err == nil
	return err
}

// keyEnd returns the first key behind all that begin with prefix. Prefixes here
// begin with a partition and a letter, so there is one.
func keyEnd(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; ; i-- {
		end[i]++
		if end[i] != 0 {
			return end[:i+1]
		}
	}
}
