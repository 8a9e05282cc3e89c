package store

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// A Batch collects writes that become visible and durable together. Keys and
// values are copied. After Commit, whatever it returned, the batch is empty and
// can be used again.
type Batch struct {
	store *Store
	b     *pebble.Batch
	err   error
}

// batchKeeps is up to what size a batch keeps its memory to be used again.
const batchKeeps = 8 << 20

// NewBatch returns an empty batch.
func (s *Store) NewBatch() *Batch { return &Batch{store: s, b: s.newBatch()} }

func (s *Store) newBatch() *pebble.Batch {
	return s.db.NewBatch(pebble.WithMaxRetainedSizeBytes(batchKeeps))
}

// Set writes a key.
func (b *Batch) Set(key, value []byte) { b.keep(b.b.Set(key, value, nil)) }

// Delete removes a key, if it is there.
func (b *Batch) Delete(key []byte) { b.keep(b.b.Delete(key, nil)) }

// DeleteRange removes the keys from start up to, but not including, end.
func (b *Batch) DeleteRange(start, end []byte) { b.keep(b.b.DeleteRange(start, end, nil)) }

// DeletePrefix removes all keys that begin with prefix; an empty prefix is
// refused by Commit when no key can bound it, see Store.Wipe.
func (b *Batch) DeletePrefix(prefix []byte) {
	end := prefixEnd(prefix)
	if end == nil {
		b.keep(fmt.Errorf("delete prefix %q: it has no end", prefix))
		return
	}
	b.DeleteRange(prefix, end)
}

// Len returns the batch's size in bytes.
func (b *Batch) Len() int { return b.b.Len() }

// Empty reports whether nothing was written since the last Commit.
func (b *Batch) Empty() bool { return b.b.Empty() }

// Commit applies the batch; with sync it is on disk afterwards, without it a
// crash of the machine may undo the latest batches. A cache's may be undone by a
// kill of the process too, if they are younger than a minute.
func (b *Batch) Commit(sync bool) error {
	err := b.store.use("write to", func() error {
		if b.err != nil {
			return b.err
		}
		batch := b.b
		return b.store.failure.unless(func() error { return b.store.commit(batch, sync) })
	})
	b.err = nil
	if err == nil {
		b.b.Reset()
		return nil
	}
	b.b = b.store.newBatch() // the old one may still be queued inside Pebble
	return err
}

func (s *Store) commit(b *pebble.Batch, sync bool) error {
	if !s.opts.Cache {
		return b.Commit(&pebble.WriteOptions{Sync: sync})
	}
	if err := b.Commit(pebble.NoSync); err != nil {
		return err
	}
	if sync {
		return s.db.Flush()
	}
	s.timing.Lock()
	defer s.timing.Unlock()
	if s.due == nil {
		s.due = time.AfterFunc(cmp.Or(s.opts.FlushAfter, defaultFlushAfter), s.flush)
	}
	return nil
}

// flush begins to write to disk what is in memory alone. An error is the store's
// failure, which the next call tells of.
func (s *Store) flush() {
	s.endTimer()
	_ = s.use("flush", func() error {
		return s.failure.unless(func() error {
			_, err := s.db.AsyncFlush()
			return err
		})
	})
}

// endTimer forgets the timer, which would keep what a closed store had in memory.
func (s *Store) endTimer() {
	s.timing.Lock()
	defer s.timing.Unlock()
	if s.due != nil {
		s.due.Stop()
		s.due = nil
	}
}

// Discard empties the batch without applying it.
func (b *Batch) Discard() {
	b.err = nil
	b.b.Reset()
}

func (b *Batch) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

// wipeChunk is how many bytes of deletions one batch of Wipe collects.
const wipeChunk = 1 << 20

// Wipe removes all keys that begin with prefix, all keys when it is empty, and
// returns when that is on disk.
func (s *Store) Wipe(prefix []byte) error {
	b := s.NewBatch()
	if end := prefixEnd(prefix); end != nil {
		b.DeleteRange(prefix, end)
		return b.Commit(true)
	}
	for {
		err := s.Iterate(prefix, func(key, _ []byte) error {
			b.Delete(key)
			if b.Len() >= wipeChunk {
				return errChunkFull
			}
			return nil
		})
		if err != nil && !isChunkFull(err) {
			b.Discard()
			return err
		}
		if commitErr := b.Commit(true); commitErr != nil || err == nil {
			return commitErr
		}
	}
}

// errChunkFull ends one round of Wipe.
var errChunkFull = errors.New("chunk full")

func isChunkFull(err error) bool { return errors.Is(err, errChunkFull) }
