package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Get returns a copy of the key's value, and whether there is one.
func (s *Store) Get(key []byte) (value []byte, found bool, err error) {
	found, err = s.View(key, func(v []byte) error {
		value = bytes.Clone(v)
		return nil
	})
	return value, found, err
}

// View calls fn with the key's value, which is valid during the call only, and
// returns whether there is one. It does not copy.
func (s *Store) View(key []byte, fn func(value []byte) error) (found bool, err error) {
	err = s.use("read", func() error {
		v, closer, err := s.db.Get(key)
		if errors.Is(err, pebble.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		return errors.Join(fn(v), closer.Close())
	})
	return found, err
}

// A Finder reads keys as they stood when it was made. It is for look-ups most of
// which find nothing: filters tell it so without reading any block, which for View
// they do not on the lowest level, where most keys are. It is for one goroutine
// and holds on to what is deleted meanwhile, so it is to be closed soon.
type Finder struct {
	store *Store
	it    *pebble.Iterator
}

// NewFinder makes a Finder.
func (s *Store) NewFinder() (*Finder, error) {
	f := &Finder{store: s}
	if !s.enter() {
		return nil, fmt.Errorf("read store %s: %w", s.dir, ErrClosed)
	}
	err := s.use("read", func() (err error) {
		f.it, err = s.db.NewIter(&pebble.IterOptions{UseL6Filters: true})
		return err
	})
	if err != nil {
		s.leave()
		return nil, err
	}
	return f, nil
}

// View is Store.View as of when the Finder was made.
func (f *Finder) View(key []byte, fn func(value []byte) error) (found bool, err error) {
	err = f.store.use("read", func() error {
		if found = f.it.SeekPrefixGE(key); !found {
			return f.it.Error()
		}
		v, err := f.it.ValueAndErr()
		if err != nil {
			return err
		}
		return fn(v)
	})
	return found, err
}

// Close ends the Finder.
func (f *Finder) Close() error {
	defer f.store.leave()
	err := f.it.Close()
	return f.store.use("read", func() error { return err })
}

// Iterate calls fn for every key that begins with prefix, in order, until fn
// returns an error, which Iterate returns. Key and value are valid during the
// call only. Commits during the iteration are not seen.
func (s *Store) Iterate(prefix []byte, fn func(key, value []byte) error) error {
	return s.Range(prefix, prefixEnd(prefix), fn)
}

// Range is Iterate for the keys from start up to, but not including, end; an
// empty one stands for no bound.
func (s *Store) Range(start, end []byte, fn func(key, value []byte) error) error {
	if len(start) == 0 {
		start = nil // Pebble's checks stumble over a bound that is empty and not nil
	}
	if len(end) == 0 {
		end = nil
	}
	return s.use("iterate over", func() (err error) {
		it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: start, UpperBound: end})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, it.Close()) }()
		for ok := it.First(); ok; ok = it.Next() {
			v, err := it.ValueAndErr()
			if err != nil {
				return err
			}
			if err := fn(it.Key(), v); err != nil {
				return err
			}
		}
		return it.Error()
	})
}

// prefixEnd returns the first key after all that begin with prefix, nil when
// there is none.
func prefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}
