package schemas

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seed adds the golden files whose names begin so, and values that claim much.
func seed(f *testing.F, word string) {
	f.Helper()
	files, err := filepath.Glob("testdata/v*/" + word + "*.golden")
	if err != nil || len(files) == 0 {
		f.Fatalf("no golden files of %s (%v)", word, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() < 8<<10 {
			f.Add(readGolden(f, file))
		}
	}
	f.Add([]byte("\x01"))
	f.Add([]byte("\x01\xdf\xff\xff\xff\xff"))
	f.Add([]byte("\x01\x81\x00\xdd\x00\x00\xff\xff" + strings.Repeat("\x80", 100)))
	f.Add([]byte("\x01E\x81\xcc\xc8" + strings.Repeat("\x91", 1000)))
}

// fuzzForm checks that reading anything neither panics nor takes much memory,
// and that what was read is the same after it was written and read again.
func fuzzForm(f *testing.F, words ...string) {
	for _, w := range words {
		seed(f, w)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		for _, w := range words {
			checkStable(t, forms[w], value)
		}
	})
}

func checkStable(t *testing.T, f form, value []byte) {
	t.Helper()
	var v any
	var err error
	mustTakeLittle(t, len(value), func() { v, err = f.read(NewDecoder(), value) })
	if err != nil {
		return
	}
	// Once through the encoder drops what has no place in the form, such as the
	// row of a message that is not shown.
	once, err := f.write(NewEncoder(), v)
	if err != nil {
		t.Fatalf("write what was read: %v", err)
	}
	v, err = f.read(NewDecoder(), once)
	if err != nil {
		t.Fatalf("read what was written: %v", err)
	}
	twice, err := f.write(NewEncoder(), v)
	if err != nil {
		t.Fatalf("write again: %v", err)
	}
	if !bytes.Equal(once, twice) {
		t.Fatalf("% x becomes\n% x, then\n% x", value, once, twice)
	}
}

func FuzzRecord(f *testing.F)     { fuzzForm(f, "event", "clock", "refold") }
func FuzzSnapshot(f *testing.F)   { fuzzForm(f, "snapshot") }
func FuzzDeadLetter(f *testing.F) { fuzzForm(f, "dead") }

func FuzzBookkeeping(f *testing.F) { fuzzForm(f, "bookmark", "refolding", "time", "text") }

func FuzzParseKey(f *testing.F) {
	f.Add([]byte{})
	f.Add(Identity{MessageID: "m"}.AppendKey(nil))
	f.Add(Identity{MessageID: strings.Repeat("m", 200), Recipient: "a@example.net", Account: "acme"}.AppendKey(nil))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01m"))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte("\x81\x00m\x00"))
	f.Fuzz(func(t *testing.T, key []byte) {
		id, err := ParseKey(key)
		if err != nil {
			if id != (Identity{}) {
				t.Fatalf("%v with an error", id)
			}
			return
		}
		if id.MessageID == "" {
			t.Fatal("a key of no message")
		}
		again := id.AppendKey(nil)
		if len(again) > len(key) {
			t.Fatalf("% x became longer: % x", key, again)
		}
		if got, err := ParseKey(again); err != nil || got != id {
			t.Fatalf("%v became %v: %v", id, got, err)
		}
	})
}

// FuzzIdentity checks keys from the other side: that no two identities share one.
func FuzzIdentity(f *testing.F) {
	f.Add("m", "a@example.net", "acme", "m", "a@example.net", "")
	f.Add("m", "", "\x01m", "m\x00", "", "")
	f.Add("\x01", "\x01", "\x01", "\x01\x01", "", "\x01")
	f.Fuzz(func(t *testing.T, m1, r1, a1, m2, r2, a2 string) {
		if m1 == "" || m2 == "" {
			return
		}
		one, two := Identity{a1, m1, r1}, Identity{a2, m2, r2}
		k1, k2 := one.AppendKey(nil), two.AppendKey(nil)
		if id, err := ParseKey(k1); err != nil || id != one {
			t.Fatalf("%v became %v: %v", one, id, err)
		}
		if IsBookkeeping(k1) {
			t.Fatal("taken for bookkeeping")
		}
		if bytes.Equal(k1, k2) != (one == two) {
			t.Fatalf("%v and %v have the same key", one, two)
		}
		if p2 := AppendMessagePrefix(nil, m2); bytes.HasPrefix(k1, p2) != (m1 == m2) {
			t.Fatalf("the key of %v has the prefix of %v", one, two)
		}
		if r1 != "" && bytes.Compare(Identity{a2, m1, ""}.AppendKey(nil), k1) >= 0 {
			t.Fatalf("the own record does not come before %v", one)
		}
	})
}
