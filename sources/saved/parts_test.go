package saved

import (
	"errors"
	"strings"
	"testing"
)

// A number is a Value.
type number struct {
	n     byte
	dirty bool
}

func (n *number) Changed() bool          { return n.dirty }
func (n *number) Saved()                 { n.dirty = false }
func (n *number) Append(b []byte) []byte { return append(b, n.n) }
func (n *number) Load(b []byte) bool {
	if len(b) != 1 {
		return false
	}
	n.n = b[0]
	return true
}

func partsOf(a, b *number) Parts {
	return Parts{{Prefix: 'a', Name: "first", Part: One(a)}, {Prefix: 'b', Name: "second", Part: One(b)}}
}

func TestParts(t *testing.T) {
	entries := map[string][]byte{}
	from := partsOf(&number{n: 1, dirty: true}, &number{n: 2})
	put := func(key, value []byte) error { entries[string(key)] = value; return nil }
	if err := from.Changes(put); err != nil || len(entries) != 1 || string(entries["a"]) != "\x01" {
		t.Fatalf("got %v, %v, want what has changed", entries, err)
	}
	clear(entries)
	if err := from.Changes(put); err != nil || len(entries) != 0 {
		t.Errorf("got %v, %v, want nothing twice", entries, err)
	}
	var a, b number
	into := partsOf(&a, &b)
	if err := into.Load([]byte("b"), []byte{7}); err != nil || a.n != 0 || b.n != 7 {
		t.Errorf("loaded %d and %d: %v", a.n, b.n, err)
	}
	for _, bad := range []struct{ key, value, in string }{
		{"", "", "unknown"}, {"c", "x", "unknown"}, {"a", "", "first"}, {"bx", "x", "second"},
	} {
		err := into.Load([]byte(bad.key), []byte(bad.value))
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), bad.in) {
			t.Errorf("key %q, value %q: %v", bad.key, bad.value, err)
		}
	}
}

func TestChangesThatFailAreHandedOutAgain(t *testing.T) {
	a := number{n: 1, dirty: true}
	full := errors.New("disk full")
	parts := partsOf(&a, &number{})
	if err := parts.Changes(func(_, _ []byte) error { return full }); !errors.Is(err, full) || !a.dirty {
		t.Errorf("got %v, dirty %v", err, a.dirty)
	}
}
