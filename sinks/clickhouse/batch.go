package clickhouse

import (
	"context"
	"fmt"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// An inserter writes the rows of one table. When it returns nil they are there.
type inserter interface {
	insert(ctx context.Context, t *table) error
}

// batch turns records into rows and inserts them. It is for one goroutine.
type batch struct {
	to        inserter
	decoder   *schemas.Decoder
	snapshot  schemas.Snapshot
	event     schemas.Event
	events    *eventRows
	replies   *replyRows
	status    *statusRows
	said      *recipientRows
	changes   *changeRows
	unmatched *heldRows
	contested *heldRows
	unparsed  *unparsedRows
	tables    []*table
	fresh     map[schemas.EventID]struct{}
}

func newBatch(to inserter, replies *classify.Rules) *batch {
	b := &batch{
		to:        to,
		decoder:   schemas.NewDecoder(),
		events:    newEventRows(),
		status:    newStatusRows(replies),
		replies:   newReplyRows(replies),
		said:      newRecipientRows(),
		changes:   newChangeRows(),
		unmatched: newHeldRows("unmatched"),
		contested: newHeldRows("contested"),
		unparsed:  newUnparsedRows(),
		fresh:     map[schemas.EventID]struct{}{},
	}
	// The row of a message comes after its changes and what it says of its recipient, and
	// an event after the template of its reply: who sees the one finds the others.
	b.tables = []*table{
		&b.replies.table, &b.events.table, &b.unparsed.table, &b.unmatched.table, &b.contested.table, &b.changes.table, &b.said.table, &b.status.table,
	}
	return b
}

// Add turns a record into rows.
func (b *batch) Add(topic string, rec kafkalog.Record, whole bool) error {
	switch topic {
	case schemas.TopicStatus:
		return b.addSnapshot(rec, whole)
	case schemas.TopicEvents:
		return b.addEvent(rec)
	case schemas.TopicUnparsed:
		return b.addUnparsed(rec)
	}
	return fmt.Errorf("no table is made of topic %s", topic)
}

// addEvent adds a row to the trail. What cannot be read is no loss: the
// processor makes a dead letter of it.
func (b *batch) addEvent(rec kafkalog.Record) error {
	_, isClock, err := b.decoder.Record(rec.Value, &b.event)
	if err != nil {
		return fmt.Errorf("%w: %w; mailfate dead list has it", intake.ErrSkip, err)
	}
	if !isClock {
		b.trail(&b.event, rec.Time)
	}
	return nil
}

// trail adds an event to the trail, and the wording of its reply.
func (b *batch) trail(ev *schemas.Event, published int64) {
	fingerprint, provider := b.replies.note(ev, published)
	b.events.add(ev, published, fingerprint, provider)
}

// addUnparsed adds what a stream has of one shape. No message depends on it, so
// what cannot be read must not hold up the rest.
func (b *batch) addUnparsed(rec kafkalog.Record) error {
	if rec.Value == nil {
		return nil // a tombstone deletes nothing here
	}
	u, err := b.decoder.Unparsed(rec.Value)
	if err != nil {
		return fmt.Errorf("%w: %w", intake.ErrSkip, err)
	}
	b.unparsed.add(&u, rec.Time)
	return nil
}

// addSnapshot adds the rows of one identity. A snapshot that cannot be read is
// from a newer program: to pass over it would lose rows.
func (b *batch) addSnapshot(rec kafkalog.Record, whole bool) error {
	if len(rec.Key) == 0 || rec.Key[0] == 0 || rec.Value == nil {
		return nil // bookkeeping, or the end of a message's life, which deletes nothing here
	}
	id, err := schemas.ParseKey(rec.Key)
	if err != nil {
		return fmt.Errorf("%w; use the mailfate that wrote it, or a newer one", err)
	}
	s := &b.snapshot
	s.Identity = id
	if err := b.decoder.Snapshot(rec.Value, s); err != nil {
		return fmt.Errorf("%w; use the mailfate that wrote it, or a newer one", err)
	}
	b.addRows(s, whole)
	return nil
}

// addRows makes rows of a snapshot: of all that is true now, if whole, else of
// what is new.
func (b *batch) addRows(s *schemas.Snapshot, whole bool) {
	b.unmatched.add(s, schemas.Unmatched)
	b.contested.add(s, schemas.Contested)
	if s.Recipient == "" {
		return // the message's own record makes no row of its own
	}
	shown := s.Standing == schemas.Shown
	if shown || s.Was&schemas.Shown != 0 {
		b.said.add(s, shown)
		b.status.add(s, !shown)
	}
	if shown {
		b.addHistory(s, whole)
	}
	for _, w := range s.Withdrawn {
		b.changes.withdraw(s, w)
	}
}

func (b *batch) addHistory(s *schemas.Snapshot, whole bool) {
	whole = whole || len(s.Fresh) >= len(s.History)
	if !whole {
		clear(b.fresh)
		for _, cause := range s.Fresh {
			b.fresh[cause] = struct{}{}
		}
	}
	for i := range s.History {
		c := &s.History[i]
		if _, fresh := b.fresh[c.Cause]; whole || fresh {
			b.changes.add(s, c)
		}
	}
}

// Rows is how many rows wait.
func (b *batch) Rows() int {
	n := 0
	for _, t := range b.tables {
		n += t.rows()
	}
	return n
}

// Merge adds the rows of another batch.
func (b *batch) Merge(other intake.Batch) {
	o := other.(*batch)
	for i, t := range b.tables {
		t.merge(o.tables[i])
	}
	b.replies.learn(o.replies)
}

// Write inserts what waits. It may be called again after an error: what was
// inserted already is then there twice, under the same keys, and counts once.
func (b *batch) Write(ctx context.Context) error {
	for _, t := range b.tables {
		if t.rows() == 0 {
			continue
		}
		if err := b.to.insert(ctx, t); err != nil {
			return err
		}
	}
	b.replies.written()
	return nil
}

// Reset forgets what was written, or was not and is to be read again.
func (b *batch) Reset() {
	b.replies.forget()
	for _, t := range b.tables {
		t.reset()
	}
}
