package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// crashed is a file system with a store in it whose process was killed: there are
// tables, a list of tables that has grown, and a log.
func crashed(t *testing.T, r *rand.Rand) *vfs.MemFS {
	t.Helper()
	mem := vfs.NewCrashableMem()
	s := open(t, "state", mem)
	value := make([]byte, 20_000)
	for i := range value {
		value[i] = byte(r.Uint32())
	}
	for n := range 50 + r.IntN(100) {
		set(t, s, n%20 == 0, fmt.Sprintf("commit %05d", n), string(value))
		if n%40 == 39 {
			if err := s.db.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: r})
}

// harms are what may have become of a file's content; nil: it is gone.
var harms = map[string]func(r *rand.Rand, content []byte) []byte{
	"removed":   func(*rand.Rand, []byte) []byte { return nil },
	"emptied":   func(*rand.Rand, []byte) []byte { return []byte{} },
	"truncated": func(r *rand.Rand, content []byte) []byte { return content[:r.IntN(len(content)+1)] },
	"flipped": func(r *rand.Rand, content []byte) []byte {
		for range min(8, len(content)) {
			content[r.IntN(len(content))] ^= byte(1 + r.IntN(255))
		}
		return content
	},
}

func harm(t *testing.T, fs vfs.FS, name string, do func([]byte) []byte) {
	t.Helper()
	f, err := fs.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close(), fs.Remove(name)); err != nil {
		t.Fatal(err)
	}
	if content = do(content); content == nil {
		return
	}
	f, err = fs.Create(name, vfs.WriteCategoryUnspecified)
	if err == nil {
		_, err = f.Write(content)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever happens to a file, the store is what it was after one of its commits, or
// says that it is damaged; and it can be used again, in this process.
func TestDamagedFiles(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, pattern := range []string{"*.sst", "*.log", "MANIFEST-*", "OPTIONS-*", "marker.manifest.*", "marker.format-version.*"} {
		for how, do := range harms {
			t.Run(pattern+" "+how, func(t *testing.T) {
				mem := crashed(t, r)
				names, err := mem.List("state")
				names = slices.DeleteFunc(names, func(n string) bool { ok, _ := path.Match(pattern, n); return !ok })
				if err != nil || len(names) == 0 {
					t.Fatal("no such file", err)
				}
				name := slices.Max(names)
				if pattern == "*.sst" {
					name = names[r.IntN(len(names))]
				}
				harm(t, mem, "state/"+name, func(content []byte) []byte { return do(r, content) })
				useDamaged(t, mem)
			})
		}
	}
}

func useDamaged(t *testing.T, mem vfs.FS) {
	t.Helper()
	s, err := Open("state", Options{FS: mem})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := 0
	err = s.Iterate([]byte("commit "), func(key, _ []byte) error {
		if string(key[7:]) != fmt.Sprintf("%05d", n) {
			return fmt.Errorf("%05d is missing before %s", n, key)
		}
		n++
		return nil
	})
	t.Logf("set aside %d, %d commits, %v", s.SetAside(), n, err)
	var temporary interface{ Temporary() bool }
	if err != nil && (!errors.Is(err, ErrDamaged) || !errors.As(err, &temporary) || !temporary.Temporary()) {
		t.Errorf("Iterate: %v", err)
	}
	now, renewErr := s.Renewed()
	if renewErr != nil {
		t.Fatal(renewErr)
	}
	if err != nil && (now == s || now.SetAside() != 1 || len(dump(t, now, "")) > 0) {
		t.Errorf("a damaged store was not renewed")
	}
	set(t, now, true, "a", "1")
	if got := dump(t, now, "a"); len(got) != 1 {
		t.Errorf("it has %q", got)
	}
	if _, err := mem.Stat("state" + asideSuffix); (err == nil) != (now.SetAside() > 0) {
		t.Errorf("set aside %d, yet %v", now.SetAside(), err)
	}
}
