package process

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"mailfate/pipeline/status"
	"mailfate/schemas"
)

// refoldAtOnce is how many recipients one transaction folds again: live input
// waits for no more than these.
var refoldAtOnce = 1024 // tests make it smaller

const (
	// refoldBytes is about how much of stored states one transaction folds again,
	// for a few of them are thousands of times as large as most.
	refoldBytes = 4 << 20

	// refoldStart is where a refold begins: behind the bookkeeping.
	refoldStart = "\x00"
)

// beginRefold has every message of the partition folded again, from the first
// one on. An order that comes while a newer one is carried out is carried out
// by it, and one that is read twice is one.
func (b *batch) beginRefold(order schemas.Refold) {
	r := &b.w.refold
	if order.ID == r.ID || !r.Done && order.ID < r.ID {
		return
	}
	*r = schemas.Refolding{ID: order.ID, Rules: b.w.eval.Rules(), Behind: refoldStart}
	b.refolded = true
}

// followRefold has the recipients looked at that come next in the order of keys.
func (b *batch) followRefold() error {
	w, r := b.w, &b.w.refold
	if r.Done {
		return nil
	}
	b.refolded = true
	recipients, size := 0, 0
	behind := []byte(r.Behind)
	from := keyEnd(w.keys.state(behind))
	end := keyEnd(w.keys.space(spaceState))
	err := w.store.Range(from, end, func(key, value []byte) error {
		key = w.keys.cutState(key)
		if !bytes.HasPrefix(key, behind) {
			if recipients >= refoldAtOnce || size >= refoldBytes {
				return errEnough
			}
			recipients++
		}
		size += len(value)
		id, err := schemas.ParseKey(key)
		if err != nil {
			return fmt.Errorf("state %x: %w", key, err)
		}
		behind = schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}.AppendKey(behind[:0])
		b.visit(id).refold = true
		return nil
	})
	r.Behind = string(behind)
	switch {
	case errors.Is(err, errEnough):
		return nil
	case err != nil:
		return fmt.Errorf("fold everything again: %w", err)
	}
	r.Done, r.Behind = true, ""
	w.rules = r.Rules
	return nil
}

// countRefolded counts a message among those that were folded again, and as
// changed if its row or history is. What grew just now changed for that reason.
func (b *batch) countRefolded(c *cell, v *status.View) {
	s, r := &c.snap, &b.w.refold
	if s.Recipient == "" || (s.Standing|v.Standing)&schemas.Shown == 0 {
		return
	}
	r.Looked++
	if !c.grown && status.Differs(s, v) {
		r.Changed++
	}
}

// putRefold hands out how far the refold has come, if it has moved.
func (b *batch) putRefold(put func(key, value []byte, err error) error) error {
	if !b.refolded {
		return nil
	}
	value, err := b.w.enc.Refolding(b.w.refold)
	return put(schemas.RefoldKey, value, err)
}

// rememberRefold goes on with a refold where it stood; under other rules than it
// was begun with, at its beginning.
func (w *worker) rememberRefold(value []byte) error {
	r, err := w.dec.Refolding(value)
	if err != nil {
		return err
	}
	if rules := w.eval.Rules(); !r.Done && r.Rules != rules {
		r = schemas.Refolding{ID: r.ID, Rules: rules, Behind: refoldStart}
	}
	w.refold = r
	return nil
}

// noteRules notes that something was made by today's rules. If all else was not,
// there are several from now on, also for a program that has the former ones.
func (w *worker) noteRules() {
	if w.rules != w.eval.Rules() {
		w.rules = 0
	}
}

// checkRules says, once it has taken in what was there when it began, whether
// some of what is stored was made by other rules than today's.
func (w *worker) checkRules() {
	if w.input < w.checkAt || !w.refold.Done {
		return
	}
	w.checkAt = math.MaxInt64
	if w.rules == w.eval.Rules() {
		return
	}
	w.processor.warnRules.Do(func() {
		w.processor.log.Warn("statuses were made by other rules than today's and stay so until a message is heard of again; "+
			"mailfate refold folds all of them anew", "partition", w.partition)
	})
}
