package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// A disk that refuses fails the store, with an error that says what and where; no
// call waits for ever, nothing ends the process, and what was kept is there later.
func TestDiskThatRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		kinds  []errorfs.OpKind
		suffix string
		cause  error
		remedy string
		cache  bool
	}{
		"log, full":         {[]errorfs.OpKind{errorfs.OpFileWrite}, ".log", syscall.ENOSPC, "free some space", false},
		"log, fsync":        {[]errorfs.OpKind{errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo}, ".log", syscall.EIO, "disk's health", false},
		"next log":          {[]errorfs.OpKind{errorfs.OpCreate, errorfs.OpReuseForWrite}, ".log", syscall.ENOSPC, "free some space", false},
		"table, full":       {[]errorfs.OpKind{errorfs.OpFileWrite}, ".sst", syscall.ENOSPC, "free some space", false},
		"table, creation":   {[]errorfs.OpKind{errorfs.OpCreate}, ".sst", syscall.EROFS, "writable", false},
		"table, fsync":      {[]errorfs.OpKind{errorfs.OpFileSync, errorfs.OpFileSyncData}, ".sst", syscall.EIO, "disk's health", false},
		"list of tables":    {[]errorfs.OpKind{errorfs.OpFileWrite}, "MANIFEST", syscall.ENOSPC, "free some space", false},
		"directory, fsync":  {[]errorfs.OpKind{errorfs.OpFileSync}, "state", syscall.EIO, "disk's health", false},
		"everything at all": {[]errorfs.OpKind{errorfs.OpFileWrite, errorfs.OpCreate, errorfs.OpFilePreallocate}, "", syscall.ENOSPC, "free some space", false},
		"cache, full":       {[]errorfs.OpKind{errorfs.OpFileWrite}, ".sst", syscall.ENOSPC, "free some space", true},
		"cache, fsync":      {[]errorfs.OpKind{errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo}, "", syscall.EIO, "disk's health", true},
	} {
		t.Run(name, func(t *testing.T) {
			mem := vfs.NewMem()
			var broken atomic.Bool
			fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
				if !broken.Load() || !strings.Contains(op.Path, c.suffix) {
					return nil
				}
				for _, kind := range c.kinds {
					if op.Kind == kind {
						return c.cause
					}
				}
				return nil
			}))
			s, err := Open("state", Options{FS: fs, Cache: c.cache})
			if err != nil {
				t.Fatal(err)
			}
			set(t, s, true, "commit 00000", "")
			broken.Store(true)
			value := make([]byte, 200_000)
			for i := range value {
				value[i] = byte(rand.Uint32())
			}
			b := s.NewBatch()
			for n := 1; err == nil; n++ {
				if n == 1000 {
					t.Fatal("nothing failed")
				}
				b.Set(fmt.Appendf(nil, "commit %05d", n), value)
				err = b.Commit(n%10 == 0)
			}
			text := err.Error()
			if !errors.Is(err, ErrFailed) || !errors.Is(err, c.cause) || errors.Is(err, ErrDamaged) ||
				!strings.Contains(text, c.suffix) || !strings.Contains(text, c.remedy) {
				t.Errorf("Commit: %v", err)
			}
			t.Log(text)
			if _, _, err := s.Get([]byte("commit 00000")); !errors.Is(err, ErrFailed) {
				t.Errorf("Get after failure: %v", err)
			}
			if _, err := s.Renewed(); !errors.Is(err, c.cause) {
				t.Errorf("Renewed after failure: %v", err)
			}
			if err := s.Close(); !errors.Is(err, ErrFailed) {
				t.Errorf("Close after failure: %v", err)
			}
		})
	}
}

// Opening does not take a disk that refuses for damage, wherever it begins to.
func TestOpenOnDiskThatRefuses(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	causes := []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EMFILE, syscall.EROFS}
	for n := range 20 {
		cause, kind, well := causes[n%len(causes)], []errorfs.OpReadWrite{errorfs.OpIsRead, errorfs.OpIsWrite}[n%2], int64(r.IntN(4*n+1))
		mem := crashed(t, r)
		var done atomic.Int64
		fs := errorfs.Wrap(mem, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind.ReadOrWrite() != kind || done.Add(1) <= well {
				return nil
			}
			return cause
		}))
		s, err := Open("state", Options{FS: fs})
		if err == nil {
			_ = s.Close() // it fails as it likes
		} else if !errors.Is(err, cause) || errors.Is(err, ErrDamaged) {
			t.Errorf("Open when operation %d fails by %v: %v", well+1, cause, err)
		}
		if _, err := mem.Stat("state" + asideSuffix); err == nil {
			t.Error("it was set aside")
		}
	}
}
