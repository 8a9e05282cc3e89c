package store

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"golang.org/x/sync/errgroup"
)

// TestDamageFoundWhileOpening: Pebble, which finds it in the background, has not
// come to the end of opening then.
func TestDamageFoundWhileOpening(t *testing.T) {
	var found atomic.Bool
	found.Store(true)
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpCreate && strings.Contains(op.Path, "MANIFEST") && found.CompareAndSwap(true, false) {
			return io.ErrUnexpectedEOF
		}
		return nil
	}))
	s, err := Open("state", Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	if s.SetAside() != 1 {
		t.Errorf("set aside %d", s.SetAside())
	}
	renew(t, s, fs)
}

// renew finds damage, asks for another store and uses it; nobody else can have
// the directory meanwhile.
func renew(t *testing.T, s *Store, fs vfs.FS) {
	t.Helper()
	set(t, s, true, "before", "1")
	aside := s.SetAside()
	s.failure.set(ErrDamaged)
	now, err := s.Renewed()
	if err != nil {
		t.Fatal(err)
	}
	if now == s || now.SetAside() != aside+1 || len(dump(t, now, "")) > 0 {
		t.Errorf("set aside %d, and there is %q", now.SetAside(), dump(t, now, ""))
	}
	set(t, now, true, "after", "1")
	if _, err := Open("state", Options{FS: fs}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second one was opened: %v", err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if s, err = Open("state", Options{FS: fs}); err != nil {
		t.Fatal(err)
	}
	if got := dump(t, s, ""); len(got) != 1 {
		t.Errorf("it has %q", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestDamageUnderCommits: the damaged store is closed when what was begun in it is over,
// though nobody waits for that any more.
func TestDamageUnderCommits(t *testing.T) {
	for range 60 {
		s, err := Open("state", Options{FS: vfs.NewMem(), Cache: true})
		if err != nil {
			t.Fatal(err)
		}
		var all errgroup.Group
		begun := make(chan struct{})
		for g := range 4 {
			all.Go(func() error {
				for n := 0; ; n++ {
					b := s.NewBatch()
					for i := range 1000 {
						b.Set(fmt.Append(nil, g, i), make([]byte, 100))
					}
					if n == 1 {
						begun <- struct{}{}
					}
					if b.Commit(false) != nil {
						_, err := s.Renewed()
						return err
					}
				}
			})
		}
		for range 4 {
			<-begun
		}
		s.failure.set(ErrDamaged)
		if err := errors.Join(all.Wait(), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRenewalWhileClosingFails has Pebble panic, or not return at all, when the
// damaged store is closed.
func TestRenewalWhileClosingFails(t *testing.T) {
	for name, fails := range map[string]func(stop <-chan struct{}){
		"panic":    func(<-chan struct{}) { panic("cannot close") },
		"for ever": func(stop <-chan struct{}) { <-stop },
	} {
		t.Run(name, func(t *testing.T) {
			stop := make(chan struct{})
			defer close(stop)
			var closing atomic.Bool
			fs := dirFS{vfs.NewMem(), func() {
				if closing.CompareAndSwap(true, false) {
					fails(stop)
				}
			}}
			s, err := Open("state", Options{FS: fs})
			if err != nil {
				t.Fatal(err)
			}
			s.closeTime = 10 * time.Millisecond
			closing.Store(true)
			renew(t, s, fs)
			if closing.Load() {
				t.Error("nothing failed")
			}
		})
	}
}

// dirFS calls closing before it closes a directory.
type dirFS struct {
	vfs.FS
	closing func()
}

func (fs dirFS) OpenDir(name string) (vfs.File, error) {
	f, err := fs.FS.OpenDir(name)
	return dirFile{f, fs.closing}, err
}

type dirFile struct {
	vfs.File
	closing func()
}

func (f dirFile) Close() error {
	f.closing()
	return f.File.Close()
}
