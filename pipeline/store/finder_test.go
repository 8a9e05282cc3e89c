package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// BenchmarkAbsent looks up keys that are not there among a million that are,
// and which grow as a processor's states do: looked up, then written.
func BenchmarkAbsent(b *testing.B) {
	type view func(key []byte, fn func([]byte) error) (bool, error)
	for name, with := range map[string]func(*Store) (view, func() error){
		"View": func(s *Store) (view, func() error) { return s.View, func() error { return nil } },
		"Finder": func(s *Store) (view, func() error) {
			f, err := s.NewFinder()
			if err != nil {
				b.Fatal(err)
			}
			return f.View, f.Close
		},
	} {
		b.Run(name, func(b *testing.B) {
			s, err := Open(b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			r := rand.New(rand.NewPCG(1, 1))
			value := make([]byte, 500)
			for i := range value {
				value[i] = byte(r.IntN(32))
			}
			const batch = 8000
			keys := make([][]byte, batch)
			b.ReportAllocs()
			for n := 0; n < b.N; n += batch {
				for i := range keys {
					keys[i] = fmt.Appendf(nil, "%d%016x@news.example.com\x00reader@example.net", n/batch%8, r.Uint64())
				}
				into := s.NewBatch()
				find, end := with(s)
				for _, key := range keys {
					if found, err := find(key, func([]byte) error { return nil }); err != nil || found {
						b.Fatal(found, err)
					}
				}
				if err := end(); err != nil {
					b.Fatal(err)
				}
				for _, key := range keys {
					into.Set(key, value)
				}
				if err := into.Commit(false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A finder that is open while damage is found does not keep the store from being
// renewed, over and over.
func TestFinderOfADamagedStore(t *testing.T) {
	first := open(t, "state", vfs.NewMem())
	s := first
	for range 3 {
		b := s.NewBatch()
		for i := range 2000 {
			b.Set(fmt.Appendf(nil, "k%06d", i), make([]byte, 2000))
		}
		if err := b.Commit(true); err != nil {
			t.Fatal(err)
		}
		if err := s.db.Flush(); err != nil {
			t.Fatal(err)
		}
		f, err := s.NewFinder()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.View([]byte("k000001"), func([]byte) error { return nil }); err != nil {
			t.Fatal(err)
		}
		s.failure.set(fmt.Errorf("%w: a test", ErrDamaged))
		if err := f.Close(); !errors.Is(err, ErrDamaged) {
			t.Errorf("close: %v", err)
		}
		if s, err = first.Renewed(); err != nil {
			t.Fatal(err)
		}
	}
}
