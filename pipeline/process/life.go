package process

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// defaultLife is how long a message is kept in mind after it was last heard of.
const defaultLife = 31 * 24 * time.Hour

// endsAtOnce is how many keys one transaction looks at, or deletes, of messages
// whose lives may be over.
var endsAtOnce = 4096 // tests make it smaller

// dayOf returns the day of a wall clock's time in ms. Ends of life are exact to
// the day, so that the index of them has one entry for a message and day on which
// it was heard of, and none has to be moved.
func dayOf(ms int64) uint32 { return uint32(max(ms, 0) / (24 * time.Hour).Milliseconds()) }

// lives is how far a partition has come in ending lives.
type lives struct {
	heard   int64  // when the newest record of input was published, ms; 0: none was heard yet
	through uint32 // messages last heard of before this day are gone
	more    bool   // some wait for the next transaction

	// Of a message with more keys than one transaction looks at:
	messageID string
	behind    []byte // its keys up to this one are old
	old       bool   // all are, and are being deleted
}

// grave is a key whose life is over.
type grave struct {
	key    string
	timers []schemas.Timer
}

// endLives ends what was not heard of for the time of Options.Life, as far as one
// transaction goes. It comes after all looks: what a batch has touched lives on.
//
// It takes two clocks to end a life: ours, which has run evenly for a while, and
// that of whoever published the newest record, which brokers do not let run ahead
// of theirs. One that was set wrong ends nothing, whichever it is.
func (b *batch) endLives() error {
	w := b.w
	l := &w.lives
	if !b.steady {
		l.begin("") // what this batch has touched is not looked for here
		return nil
	}
	now := b.wall
	if w.processor.clock.steady > 0 {
		now = min(now, l.heard)
	}
	through := dayOf(now - w.processor.life.Milliseconds())
	if through <= l.through && !l.more {
		return nil
	}
	l.more = false
	prefix := len(w.keys.space(spaceLives)) + 4
	from, end := bytes.Clone(w.keys.space(spaceLives)), bytes.Clone(w.keys.life(through, ""))
	touched, ended := b.touched(), map[string]bool{}
	if touched[l.messageID] {
		l.begin("")
	}
	budget := endsAtOnce
	err := w.store.Range(from, end, func(key, _ []byte) error {
		messageID := string(key[prefix:])
		if touched[messageID] {
			l.more = true
			return nil
		}
		if len(b.entries) == endsAtOnce {
			return errEnough
		}
		if !ended[messageID] { // under an entry of another day
			if err := b.endLife(messageID, through, &budget); err != nil {
				return err
			}
		}
		ended[messageID] = true
		b.entries = append(b.entries, bytes.Clone(key))
		return nil
	})
	switch {
	case errors.Is(err, errEnough):
		l.more = true
		return nil
	case err != nil:
		return fmt.Errorf("end lives: %w", err)
	}
	if !l.more {
		l.through = through
	}
	return nil
}

// touched returns the messages that this batch has something to do with, or that
// wait for it.
func (b *batch) touched() map[string]bool {
	all := make(map[string]bool, len(b.order)+len(b.w.fanOuts))
	for _, c := range b.order {
		all[c.snap.MessageID] = true
	}
	for _, f := range b.w.fanOuts {
		all[f.messageID] = true
	}
	return all
}

// endLife ends a message if none of its keys was heard of since a day; its entry
// in the index is then of no more use. A message of many keys takes several
// transactions, each but the last errEnough, and lives on when it is touched meanwhile.
func (b *batch) endLife(messageID string, since uint32, budget *int) error {
	l := &b.w.lives
	if l.messageID != messageID {
		l.begin(messageID)
	}
	if !l.old {
		switch err := b.seek(messageID, since, budget); {
		case errors.Is(err, errYoung):
			return nil // it has another entry, of a later day
		case err != nil:
			return err
		}
		l.old = true
	}
	// Its own records go last: while they are there, what comes late is nothing new.
	message := schemas.AppendMessagePrefix(nil, messageID)
	own := keyEnd(schemas.Identity{MessageID: messageID}.AppendKey(nil))
	if err := b.endKeys(own, keyEnd(message), budget); err != nil {
		return err
	}
	if err := b.endKeys(message, own, budget); err != nil {
		return err
	}
	l.begin("")
	return nil
}

// begin turns to another message.
func (l *lives) begin(messageID string) {
	l.messageID, l.behind, l.old = messageID, schemas.AppendMessagePrefix(nil, messageID), false
}

var errYoung = errors.New("heard of lately")

// seek looks for a key that was heard of since a day, and goes on where it was.
func (b *batch) seek(messageID string, since uint32, budget *int) error {
	l := &b.w.lives
	end := keyEnd(schemas.AppendMessagePrefix(nil, messageID))
	return b.keys(append(l.behind, 0), end, budget, func(key []byte, s *schemas.Snapshot) error {
		if dayOf(s.Intake) >= since {
			return errYoung
		}
		l.behind = append(l.behind[:0], key...)
		return nil
	})
}

// endKeys ends the lives of keys.
func (b *batch) endKeys(from, end []byte, budget *int) error {
	return b.keys(from, end, budget, func(key []byte, s *schemas.Snapshot) error {
		b.graves = append(b.graves, grave{string(key), slices.Clone(s.Timers)})
		return nil
	})
}

// keys calls fn for the stored snapshots from one key up to another; errEnough
// says that the budget is spent.
func (b *batch) keys(from, end []byte, budget *int, fn func(key []byte, s *schemas.Snapshot) error) error {
	w := b.w
	var s schemas.Snapshot
	from, end = bytes.Clone(w.keys.state(from)), bytes.Clone(w.keys.state(end))
	return w.store.Range(from, end, func(key, value []byte) error {
		if *budget <= 0 {
			return errEnough
		}
		*budget--
		if err := w.dec.Snapshot(value, &s); err != nil {
			return err
		}
		return fn(w.keys.cutState(key), &s)
	})
}

// indexLife notes that a message was heard of today, if this key had not been.
func (b *batch) indexLife(into *store.Batch, c *cell) {
	if day := dayOf(c.snap.Intake); day != c.day && c.snap.MessageID != b.indexed {
		b.indexed = c.snap.MessageID
		into.Set(b.w.keys.life(day, c.snap.MessageID), nil)
	}
}

// keepEnds deletes what has ended from the store, and from memory.
func (b *batch) keepEnds(into *store.Batch) {
	w := b.w
	for _, g := range b.graves {
		into.Delete(w.keys.state([]byte(g.key)))
		for _, t := range g.timers {
			into.Delete(w.keys.timer(t, []byte(g.key)))
		}
		w.recent.take([]byte(g.key))
	}
	for _, key := range b.entries {
		into.Delete(key)
	}
}
