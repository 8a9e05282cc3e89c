package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// restoreBytes is about how much of the changelog, as it is compressed, is read at
// once, and how much of it goes into one batch of the store.
const restoreBytes = 4 << 20

// meta says what the state in the store is the state of. It is worth something
// only while the log, at that offset, still has the bookmark with that nonce.
type meta struct {
	Cluster   string
	Changelog int64 // the offset of the bookmark
	Nonce     uint64
	Time      int64 // when that was committed, ms of wall clock
}

// staleAfter is the age at which a store may have missed tombstones that are no
// longer in the log. A day is left for clocks that differ and for reading.
const staleAfter = schemas.TombstonesLive - 24*time.Hour

// restore makes the store hold what the changelog says, and reads from it what
// the worker keeps in memory.
func (w *worker) restore(ctx context.Context) error {
	ends, err := w.processor.client.EndOffsets(ctx, schemas.TopicStatus)
	if err != nil {
		return fmt.Errorf("find end of changelog: %w", err)
	}
	if w.partition >= len(ends) {
		return fmt.Errorf("topic %s has %d partitions and %s more: recreate both with the same count",
			schemas.TopicStatus, len(ends), schemas.TopicEvents)
	}
	began := time.Now()
	from, kept, err := w.resume(ctx, ends[w.partition])
	if err != nil {
		return err
	}
	records, err := w.catchUp(ctx, from, ends[w.partition])
	if err != nil {
		return err
	}
	if err := w.remember(ctx); err != nil {
		return err
	}
	w.processor.log.Info("state restored", "partition", w.partition, "topic", schemas.TopicStatus, "from", from, "records", records,
		"rebuilt", !kept && records > 0, "input", w.input, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// isStale reports whether tombstones may have been written and gone since the
// store was a copy of the log. None were if nothing was: only the marker of its
// own transaction stands behind its bookmark then. One that does not say its time
// was made before lives ended, and has no index of them.
func (m *meta) isStale(now time.Time, end int64) bool {
	return m.Time == 0 || m.Changelog+2 < end && now.Sub(time.UnixMilli(m.Time)).Abs() > staleAfter
}

// resume returns the changelog's offset up to which the store is its faithful
// copy, and whether it is one at all. It wipes a store that cannot be proven to be.
func (w *worker) resume(ctx context.Context, end int64) (from int64, kept bool, err error) {
	if kept, err = w.storeIsProven(ctx, end); err != nil {
		return 0, false, err
	}
	if kept {
		return w.committed.Changelog + 1, true, nil
	}
	if err := w.store.Wipe(partitionPrefix(w.partition)); err != nil {
		return 0, false, err
	}
	starts, err := w.processor.client.StartOffsets(ctx, schemas.TopicStatus)
	if err != nil {
		return 0, false, fmt.Errorf("find start of changelog: %w", err)
	}
	return starts[w.partition], false, nil
}

func (w *worker) storeIsProven(ctx context.Context, end int64) (bool, error) {
	value, found, err := w.store.Get(w.keys.meta())
	if err != nil || !found {
		return false, err
	}
	if err := msgpack.Unmarshal(value, &w.committed); err != nil {
		return false, nil //nolint:nilerr // what cannot be read proves nothing
	}
	if w.committed.Cluster != w.processor.cluster || w.committed.Changelog < 0 || w.committed.Changelog >= end {
		return false, nil
	}
	if w.committed.isStale(w.processor.clock.now(), end) {
		return false, nil
	}
	proven := false
	first := errors.New("one is enough")
	reader := w.processor.client.NewReader(schemas.TopicStatus, w.partition, w.committed.Changelog)
	for reader.Position() <= w.committed.Changelog {
		_, err = reader.Fetch(ctx, fetchWait, restoreBytes, func(r kafkalog.Record) error {
			mark, err := w.dec.Bookmark(r.Value)
			proven = err == nil && r.Offset == w.committed.Changelog &&
				string(r.Key) == string(schemas.BookmarkKey) && mark.Nonce == w.committed.Nonce
			return first
		})
		switch {
		case errors.Is(err, first):
			return proven, nil
		case errors.Is(err, kafkalog.ErrOffsetOutOfRange):
			return false, nil
		case err != nil:
			return false, fmt.Errorf("read bookmark: %w", err)
		}
	}
	return false, nil
}

// catchUp copies the changelog from one offset to its end, as it was after the
// previous owner was fenced, into the store. While one batch is written the next
// one is read. It returns how many records there were.
func (w *worker) catchUp(ctx context.Context, from, end int64) (records int, err error) {
	reader := w.processor.client.NewReader(schemas.TopicStatus, w.partition, from)
	into, spare := w.into, w.store.NewBatch()
	written := make(chan error, 1)
	written <- nil
	defer func() { err = errors.Join(err, <-written) }() // nothing is written by a worker that was dropped
	turn := func() error {
		if err := <-written; err != nil {
			written <- nil
			return err
		}
		into, spare = spare, into
		go func(b *store.Batch) { written <- b.Commit(false) }(spare)
		return nil
	}
	for reader.Position() < end {
		_, err := reader.Fetch(ctx, fetchWait, restoreBytes, func(r kafkalog.Record) error {
			records++
			if into.Len() >= restoreBytes {
				if err := turn(); err != nil {
					return err
				}
			}
			return w.restoreRecord(into, r)
		})
		if err != nil {
			return records, fmt.Errorf("restore from changelog: %w", err)
		}
	}
	return records, turn()
}

func (w *worker) restoreRecord(into *store.Batch, r kafkalog.Record) error {
	if r.Value != nil && !schemas.IsBookkeeping(r.Key) {
		if err := w.addIndexes(into, r.Key, r.Value); err != nil {
			return err
		}
	}
	if string(r.Key) == string(schemas.BookmarkKey) {
		mark, err := w.dec.Bookmark(r.Value)
		if err != nil {
			return err
		}
		if err := w.putMeta(into, meta{Cluster: w.processor.cluster, Changelog: r.Offset, Nonce: mark.Nonce, Time: r.Time}); err != nil {
			return err
		}
	}
	w.putState(into, r.Key, r.Value)
	return nil
}

// putState writes a record of mail.status to the store; a nil value deletes it.
func (w *worker) putState(into *store.Batch, key, value []byte) {
	if value == nil {
		into.Delete(w.keys.state(key))
	} else {
		into.Set(w.keys.state(key), value)
	}
}

// addIndexes notes when a snapshot's timers are due and when its message was heard
// of. Entries of an older snapshot stay, which would have to be read to be known:
// a timer that is stale changes nothing when it fires, and goes. An entry of lives
// that is stale does likewise.
func (w *worker) addIndexes(into *store.Batch, key, value []byte) error {
	if err := w.dec.Due(value, &w.restored); err != nil {
		return err
	}
	for _, t := range w.restored.Timers {
		into.Set(w.keys.timer(t, key), nil)
	}
	messageID, err := schemas.MessageOf(key)
	if day := dayOf(w.restored.Intake); err == nil && (day != w.restoredDay || string(messageID) != w.restored.MessageID) {
		w.restoredDay, w.restored.MessageID = day, string(messageID) // most keys of a message stand side by side
		into.Set(w.keys.life(day, w.restored.MessageID), nil)
	}
	return err
}

func (w *worker) putMeta(into *store.Batch, m meta) error {
	value, err := msgpack.Marshal(&m)
	if err != nil {
		return fmt.Errorf("encode meta: %w", err)
	}
	into.Set(w.keys.meta(), value)
	return nil
}

// remember reads the bookkeeping from the store. A partition that was never
// worked on begins where its input does.
func (w *worker) remember(ctx context.Context) error {
	starts, err := w.processor.client.StartOffsets(ctx, schemas.TopicEvents)
	if err != nil {
		return fmt.Errorf("find start of input: %w", err)
	}
	ends, err := w.processor.client.EndOffsets(ctx, schemas.TopicEvents)
	if err != nil {
		return fmt.Errorf("find end of input: %w", err)
	}
	w.input, w.checkAt = starts[w.partition], ends[w.partition]
	w.rules = w.eval.Rules() // of all messages, while there is none
	begun := false
	err = w.store.Iterate(w.keys.state([]byte{0}), func(key, value []byte) error {
		key = w.keys.cutState(key)
		if string(key) == string(schemas.BookmarkKey) {
			mark, err := w.dec.Bookmark(value)
			w.input, w.rules, begun = mark.Input, mark.Rules, true
			return err
		}
		if string(key) == string(schemas.RefoldKey) {
			return w.rememberRefold(value)
		}
		if stream, ok := schemas.CutClockKey(key); ok {
			t, err := w.dec.Time(value)
			w.clocks[stream] = t
			return err
		}
		if id, ok := schemas.CutFanOutKey(key); ok {
			last, err := w.dec.Text(value)
			w.fanOuts = append(w.fanOuts, &fanOut{messageID: id, last: last, stored: true})
			return err
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read bookkeeping: %w", err)
	}
	if !begun {
		if err := w.checkNew(ctx); err != nil {
			return err
		}
	}
	for stream := range maps.Keys(w.clocks) {
		w.expired[stream] = true // as far as anyone knows
	}
	return nil
}
