package sources

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"mailfate/schemas"
)

func TestIdenticalLinesOfAStampAreCounted(t *testing.T) {
	var l LineHash
	hash := func(host, stamp, rest string) schemas.Hash { return l.Of(host, "postfix", []byte(stamp), []byte(rest)) }
	first, second := hash("a", "t1", "x"), hash("a", "t1", "x")
	other, host := hash("a", "t1", "y"), hash("b", "t1", "x")
	seen := map[schemas.Hash]bool{first: true, second: true, other: true, host: true, Nth(first, 1): true, Nth(first, 2): true}
	if len(seen) != 6 {
		t.Errorf("%d different hashes, want 6", len(seen))
	}
	if Nth(first, 0) != first {
		t.Error("the first event of a line does not have the line's name")
	}
	hash("a", "t2", "x")
	if hash("a", "t1", "x") != first || hash("a", "t1", "x") != second {
		t.Error("reading the lines again gives other names")
	}
}

func TestPartsDoNotRunTogether(t *testing.T) {
	var l LineHash
	if l.Of("ab", "c", []byte("t"), nil) == l.Of("a", "bc", []byte("t"), nil) {
		t.Error("host and instance run together")
	}
}

// TestLineHashIsTheSameAfterLoading reads random lines with many repetitions,
// once in one go and once saving and loading all the time.
func TestLineHashIsTheSameAfterLoading(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var whole LineHash
	pieces := new(LineHash)
	saved := map[string][]byte{}
	for i := range 20_000 {
		host := fmt.Sprintf("h%d", rnd.IntN(3))
		if rnd.IntN(4) == 0 {
			host = fmt.Sprintf("h%d", rnd.IntN(2*maxHosts))
		}
		stamp := fmt.Appendf(nil, "t%d", i/40)
		rest := fmt.Appendf(nil, "r%d", rnd.IntN(3))
		want := whole.Of(host, "i", stamp, rest)
		if got := pieces.Of(host, "i", stamp, rest); got != want {
			t.Fatalf("line %d: other name after loading", i)
		}
		if rnd.IntN(100) == 0 {
			pieces = saveAndLoad(t, pieces, saved)
		}
	}
	if len(saved) > maxHosts {
		t.Errorf("%d hosts saved, want at most %d", len(saved), maxHosts)
	}
}

func saveAndLoad(t *testing.T, l *LineHash, saved map[string][]byte) *LineHash {
	t.Helper()
	err := l.Changes('l', func(k, v []byte) error {
		if v == nil {
			delete(saved, string(k))
			return nil
		}
		saved[string(k)] = bytes.Clone(v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	next := new(LineHash)
	for k, v := range saved {
		if err := next.Load([]byte(k[1:]), v); err != nil {
			t.Fatal(err)
		}
	}
	return next
}

func TestLineHashIsBounded(t *testing.T) {
	var l LineHash
	var rest [8]byte
	for host := range 6 {
		for i := range maxLines + 10 {
			copy(rest[:], fmt.Sprint(i))
			l.Of(fmt.Sprint("h", host), "i", []byte("t"), rest[:])
		}
	}
	n := 0
	for _, h := range l.hosts {
		n += h.len()
		if h.len() > maxLines {
			t.Errorf("%d lines of one stamp", h.len())
		}
	}
	if n != l.lines || n > maxAllLines {
		t.Errorf("%d lines remembered, counted as %d, want at most %d", n, l.lines, maxAllLines)
	}
}

func FuzzLineHashLoad(f *testing.F) {
	var l LineHash
	l.Of("a", "i", []byte("t"), []byte("x"))
	l.Of("a", "i", []byte("t"), []byte("x"))
	if err := l.Changes('l', func(k, v []byte) error { f.Add(k[1:], bytes.Clone(v)); return nil }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key, value []byte) {
		var l LineHash
		if l.Load(key, value) != nil {
			return
		}
		l.Of(string(key), "i", []byte("t"), []byte("x"))
		if l.Load(key, value) == nil {
			t.Error("loaded the same host twice")
		}
	})
}

func BenchmarkLineHash(b *testing.B) {
	var l LineHash
	rest := bytes.Repeat([]byte("x"), 250)
	var stamp []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		stamp = fmt.Appendf(stamp[:0], "2026-11-21T23:20:20.%06d", i%1_000_000)
		l.Of("mx1", "postfix", stamp, rest)
	}
}
