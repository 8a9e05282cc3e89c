package schemas

import (
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// unparsedV1 is what format version 1 looks like: it must stay readable for ever.
const unparsedV1 = "01de000600a9706f73746669783a6101a54e4f3a203002cd012c0392c4034e3a39c402ff0004ad2f7661722f6d61696c2e6c6f6705cd1000"

func unparsedSample() Unparsed {
	return Unparsed{
		Stream: "postfix:a", Shape: "NO: 0", Lines: 300, Examples: [][]byte{[]byte("N:9"), {0xff, 0}},
		File: "/var/mail.log", Offset: 4096,
	}
}

func TestUnparsedIsEncodedAsEver(t *testing.T) {
	want := unparsedSample()
	value, err := NewEncoder().Unparsed(&want)
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(value); got != unparsedV1 {
		t.Errorf("encoded as %s, want %s", got, unparsedV1)
	}
	golden, err := hex.DecodeString(unparsedV1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewDecoder().Unparsed(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnparsedOfANewerProgram(t *testing.T) {
	// {1: "x", 200: ["later"], 2: 7}
	got, err := NewDecoder().Unparsed([]byte("\x01\x83\x01\xa1x\xcc\xc8\x91\xa5later\x02\x07"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Unparsed{Shape: "x", Lines: 7}, got); diff != "" {
		t.Error(diff)
	}
}

// An encoder is used for one value after the other, and so is a decoder: nothing
// of the one before may stay.
func TestUnparsedCodecsAreUsedAgain(t *testing.T) {
	enc, dec := NewEncoder(), NewDecoder()
	for _, want := range []Unparsed{unparsedSample(), {Stream: "s", Shape: "postfix:a", Lines: 1, First: 1, Last: 1 << 40}, {}} {
		value, err := enc.Unparsed(&want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := dec.Unparsed(value)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		clear(value) // what was decoded is the caller's own
	}
}

func TestUnparsedRefusesWhatIsCut(t *testing.T) {
	u := unparsedSample()
	value, err := NewEncoder().Unparsed(&u)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder()
	for n := range value {
		if got, err := d.Unparsed(value[:n]); !errors.Is(err, ErrFormat) || !cmp.Equal(got, Unparsed{}) {
			t.Errorf("the first %d bytes are read as %+v: %v", n, got, err)
		}
	}
	if _, err := d.Unparsed(append([]byte{FormatVersion + 1}, value[1:]...)); !errors.Is(err, ErrFormat) {
		t.Errorf("a later version is read: %v", err)
	}
}

func TestUnparsedKeysAreDistinct(t *testing.T) {
	if UnparsedKey("a", "bc") == UnparsedKey("ab", "c") {
		t.Error("two shapes share a key")
	}
}

// What can be decoded is the same after another round.
func FuzzUnparsed(f *testing.F) {
	seed, err := hex.DecodeString(unparsedV1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("\x01\x81\x03\xdd\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, value []byte) {
		u, err := NewDecoder().Unparsed(value)
		if err != nil {
			return
		}
		again, err := NewEncoder().Unparsed(&u)
		if err != nil {
			t.Fatal(err)
		}
		got, err := NewDecoder().Unparsed(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(u, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}
