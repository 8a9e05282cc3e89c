package store

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

func open(t *testing.T, dir string, fs vfs.FS) *Store {
	t.Helper()
	s, err := Open(dir, Options{FS: fs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func set(t *testing.T, s *Store, sync bool, pairs ...string) {
	t.Helper()
	b := s.NewBatch()
	for i := 0; i < len(pairs); i += 2 {
		b.Set([]byte(pairs[i]), []byte(pairs[i+1]))
	}
	if err := b.Commit(sync); err != nil {
		t.Fatal(err)
	}
}

func dump(t *testing.T, s *Store, prefix string) []string {
	t.Helper()
	var got []string
	err := s.Iterate([]byte(prefix), func(k, v []byte) error {
		got = append(got, string(k)+"="+string(v))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestReadWhatWasWritten(t *testing.T) {
	s := open(t, "db", vfs.NewMem())
	set(t, s, true, "a1", "x", "a2", "y", "b1", "z", "a\xff", "last", "empty", "")

	v, found, err := s.Get([]byte("a2"))
	if err != nil || !found || string(v) != "y" {
		t.Errorf("Get(a2) = %q, %v, %v", v, found, err)
	}
	if v, found, err := s.Get([]byte("a3")); err != nil || found || v != nil {
		t.Errorf("Get(a3) = %q, %v, %v; want nothing", v, found, err)
	}
	if _, found, _ := s.Get([]byte("empty")); !found {
		t.Error("a key with an empty value is not found")
	}
	if got, want := dump(t, s, "a"), []string{"a1=x", "a2=y", "a\xff=last"}; !slices.Equal(got, want) {
		t.Errorf("Iterate(a) = %q, want %q", got, want)
	}
	if got := dump(t, s, ""); len(got) != 5 {
		t.Errorf("Iterate() = %q, want all five", got)
	}
}

func TestErrorsOfCallbacksComeBack(t *testing.T) {
	s := open(t, "db", vfs.NewMem())
	set(t, s, false, "a", "1", "b", "2")
	stop := errors.New("stop")
	n := 0
	if err := s.Iterate(nil, func(_, _ []byte) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Errorf("Iterate = %v after %d calls", err, n)
	}
	if _, err := s.View([]byte("a"), func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("View = %v", err)
	}
}

func TestCallbacksMayUseTheStore(t *testing.T) {
	s := open(t, "db", vfs.NewMem())
	set(t, s, false, "a", "1", "b", "2")
	err := s.Iterate(nil, func(k, _ []byte) error {
		_, _, err := s.Get(k)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDeletes(t *testing.T) {
	all := []string{"a1", "", "a2", "", "b1", "", "b2", "", "c\xff", "", "c\xff\xff", ""}
	for name, c := range map[string]struct {
		do   func(*Batch)
		want string
	}{
		"one":    {func(b *Batch) { b.Delete([]byte("a1")) }, "a2= b1= b2= c\xff= c\xff\xff="},
		"absent": {func(b *Batch) { b.Delete([]byte("zz")) }, "a1= a2= b1= b2= c\xff= c\xff\xff="},
		"range":  {func(b *Batch) { b.DeleteRange([]byte("a2"), []byte("b2")) }, "a1= b2= c\xff= c\xff\xff="},
		"prefix": {func(b *Batch) { b.DeletePrefix([]byte("a")) }, "b1= b2= c\xff= c\xff\xff="},
		"ff":     {func(b *Batch) { b.DeletePrefix([]byte("c\xff")) }, "a1= a2= b1= b2="},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "db", vfs.NewMem())
			set(t, s, false, all...)
			b := s.NewBatch()
			c.do(b)
			if err := b.Commit(false); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(dump(t, s, ""), " "); got != c.want {
				t.Errorf("left: %q, want %q", got, c.want)
			}
		})
	}
}

func TestWipe(t *testing.T) {
	s := open(t, "db", vfs.NewMem())
	b := s.NewBatch()
	for i := range 50_000 { // more than one chunk of deletions
		b.Set(fmt.Appendf(nil, "%c/key-%030d", 'a'+i%2, i), nil)
	}
	b.Set([]byte("\xff\xff"), nil)
	if err := b.Commit(false); err != nil {
		t.Fatal(err)
	}
	if err := s.Wipe([]byte("a/")); err != nil {
		t.Fatal(err)
	}
	if a, rest := len(dump(t, s, "a")), len(dump(t, s, "")); a != 0 || rest != 25_001 {
		t.Errorf("after Wipe(a/): %d of a, %d in all; want 0 and 25001", a, rest)
	}
	if err := s.Wipe(nil); err != nil {
		t.Fatal(err)
	}
	if left := dump(t, s, ""); len(left) != 0 {
		t.Errorf("after Wipe(): %d keys left", len(left))
	}
}

func TestBatchIsUsedAgain(t *testing.T) {
	s := open(t, "db", vfs.NewMem())
	b := s.NewBatch()
	for _, k := range []string{"a", "b"} {
		b.Set([]byte(k), nil)
		if err := b.Commit(false); err != nil {
			t.Fatal(err)
		}
		if !b.Empty() {
			t.Error("not empty after Commit")
		}
	}
	b.DeletePrefix(nil) // refused: it would be everything
	b.Set([]byte("c"), nil)
	if err := b.Commit(false); err == nil {
		t.Error("a prefix without end was accepted")
	}
	if got := dump(t, s, ""); len(got) != 2 {
		t.Errorf("a refused batch was applied in part: %q", got)
	}
}

func TestSyncedSurvivesACrash(t *testing.T) {
	mem := vfs.NewCrashableMem()
	s := open(t, "db", mem)
	set(t, s, true, "synced", "1")
	set(t, s, false, "not synced", "1")
	after := open(t, "db", mem.CrashClone(vfs.CrashCloneCfg{}))
	if got := dump(t, after, ""); !slices.Equal(got, []string{"synced=1"}) {
		t.Errorf("after the crash: %q", got)
	}
}

// A killed cache is as it was after one of its commits, the last with sync or a
// later one; one that was closed has them all.
func TestKilledCache(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	filler := strings.Repeat("0", 1_000_000)
	for range 4 {
		mem := vfs.NewCrashableMem()
		s, err := Open("db", Options{FS: mem, Cache: true})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		synced := 0
		for range 20 + r.IntN(20) {
			all = append(all, fmt.Sprintf("%02d=%02d%s", len(all), r.IntN(100), filler)) // some fill a memory table
			sync := r.IntN(20) == 0
			set(t, s, sync, all[len(all)-1][:2], all[len(all)-1][3:])
			if sync {
				synced = len(all)
			}
		}
		killed := open(t, "db", mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100 * r.IntN(2), RNG: r}))
		if got := dump(t, killed, ""); len(got) < synced || len(got) > len(all) || !slices.Equal(got, all[:len(got)]) {
			t.Errorf("%d commits after a kill, of %d, of which %d with sync", len(got), len(all), synced)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := dump(t, open(t, "db", mem), ""); !slices.Equal(got, all) {
			t.Errorf("%d commits after Close, of %d", len(got), len(all))
		}
	}
}

// What is in memory alone is soon written.
func TestCacheIsFlushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := vfs.NewCrashableMem()
		s, err := Open("db", Options{FS: mem, Cache: true})
		if err != nil {
			t.Fatal(err)
		}
		set(t, s, false, "a", "1")
		time.Sleep(defaultFlushAfter + time.Second)
		set(t, s, false, "b", "2")
		killed := open(t, "db", mem.CrashClone(vfs.CrashCloneCfg{}))
		if got := dump(t, killed, ""); !slices.Equal(got, []string{"a=1"}) {
			t.Errorf("after a kill: %q", got)
		}
		if err := errors.Join(s.Close(), killed.Close()); err != nil {
			t.Fatal(err)
		}
	})
}

// What a closed store had in memory can be collected at once.
func TestClosedCacheIsForgotten(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	set(t, s, false, "a", "1")
	forgotten := make(chan struct{})
	runtime.AddCleanup(s, func(c chan struct{}) { close(c) }, forgotten)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	late := time.After(20 * time.Second)
	for {
		runtime.GC()
		select {
		case <-forgotten:
			return
		case <-late:
			t.Fatal("it is kept")
		default:
		}
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, nil)
	_, err := Open(dir, Options{})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second Open in this process: %v", err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperOpen$")
	cmd.Env = append(os.Environ(), "STORE_DIR="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "in use by another process") {
		t.Errorf("Open in another process: %v\n%s", err, out)
	}
}

// TestHelperOpen is the other process of TestLocked.
func TestHelperOpen(t *testing.T) {
	dir := os.Getenv("STORE_DIR")
	if dir == "" {
		return
	}
	if _, err := Open(dir, Options{}); err != nil {
		fmt.Println(err)
		return
	}
	t.Error("opened")
}

func TestOpenErrorsNameTheDirectory(t *testing.T) {
	dir := t.TempDir()
	file := dir + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, Options{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Open of a file: %v", err)
	}
}

func TestUseAfterClose(t *testing.T) {
	s := open(t, "db", vfs.NewMem())
	b := s.NewBatch()
	b.Set([]byte("a"), nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, getErr := s.Get([]byte("a"))
	for _, err := range []error{getErr, b.Commit(true), s.Iterate(nil, nil), s.Wipe([]byte("a"))} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestADiskThatFailsIsAnError(t *testing.T) {
	var broken errorfs.Toggle
	broken.Injector = errorfs.ErrInjected.If(errorfs.Writes)
	s, err := Open("db", Options{FS: errorfs.Wrap(vfs.NewMem(), &broken)})
	if err != nil {
		t.Fatal(err)
	}
	set(t, s, true, "a", "1")
	broken.On()
	b := s.NewBatch()
	b.Set([]byte("b"), []byte("2"))
	if err := b.Commit(true); !errors.Is(err, ErrFailed) {
		t.Errorf("Commit on a broken disk: %v", err)
	}
	if _, _, err := s.Get([]byte("a")); !errors.Is(err, ErrFailed) {
		t.Errorf("Get after failure: %v", err)
	}
	if err := s.Close(); !errors.Is(err, ErrFailed) {
		t.Errorf("Close after failure: %v", err)
	}
}

func TestLogsOnlyAtDebugLevel(t *testing.T) {
	var b strings.Builder
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelInfo}))
	s, err := Open("db", Options{FS: vfs.NewMem(), Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	set(t, s, true, "a", "1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 0 {
		t.Errorf("logged: %s", b.String())
	}
}

func BenchmarkCommit(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	value := make([]byte, 300)
	batch := s.NewBatch()
	b.ReportAllocs()
	for i := range b.N {
		batch.Set(fmt.Appendf(nil, "%020d", i), value)
		if i%1000 == 999 {
			if err := batch.Commit(false); err != nil {
				b.Fatal(err)
			}
		}
	}
}
