package schemas

import "fmt"

// A partition of mail.status carries, beside snapshots, what its processor has
// to remember. Those keys begin with a zero byte, which no identity's key does.
const (
	bookmarkPrefix = "\x00o"
	clockPrefix    = "\x00c"
	fanOutPrefix   = "\x00f"
	refoldPrefix   = "\x00r"
)

// BookmarkKey is the key of a partition's Bookmark.
var BookmarkKey = []byte(bookmarkPrefix)

// IsBookkeeping reports whether a key of mail.status is not an identity's.
func IsBookkeeping(key []byte) bool { return len(key) > 0 && key[0] == 0 }

// Bookmark says how far the partition's input has been taken in. It is the last
// record of every transaction, so its nonce tells whether two logs agree there.
type Bookmark struct {
	Input int64 // the next offset of mail.events to read
	Nonce uint64
	Rules uint64 // the version of the rules that all messages were folded by; 0: several, or nobody knows
}

// Bookmark encodes a bookmark.
func (e *Encoder) Bookmark(b Bookmark) ([]byte, error) {
	e.begin(0)
	e.list(3)
	e.int(b.Input)
	e.uint(b.Nonce)
	e.uint(b.Rules)
	return e.end()
}

// Bookmark decodes a bookmark. Those of format version 1 had no rules at first.
func (d *Decoder) Bookmark(value []byte) (Bookmark, error) {
	d.open(value, 1)
	n := d.list()
	b := Bookmark{Input: d.int(), Nonce: d.uint()}
	if n > 2 {
		b.Rules = d.uint()
	}
	if d.err != nil || n < 2 {
		return Bookmark{}, fmt.Errorf("decode bookmark: %w", orFormat(d.err))
	}
	return b, nil
}

// RefoldKey is the key of a partition's Refolding.
var RefoldKey = []byte(refoldPrefix)

// Refolding says how far a partition has come in folding everything again.
type Refolding struct {
	ID              uint64 // of the newest order that was carried out, or is
	Rules           uint64 // the version of the rules that everything is folded by
	Behind          string // everything up to the keys that begin so was looked at
	Looked, Changed uint64 // messages so far
	Done            bool
}

// Refolding encodes how far a partition has come.
func (e *Encoder) Refolding(r Refolding) ([]byte, error) {
	e.begin(0)
	e.list(6)
	e.uint(r.ID)
	e.uint(r.Rules)
	e.str(r.Behind)
	e.uint(r.Looked)
	e.uint(r.Changed)
	done := uint64(0)
	if r.Done {
		done = 1
	}
	e.uint(done)
	return e.end()
}

// Refolding decodes how far a partition has come.
func (d *Decoder) Refolding(value []byte) (Refolding, error) {
	d.open(value, 1)
	n := d.list()
	r := Refolding{ID: d.uint(), Rules: d.uint(), Behind: d.str(), Looked: d.uint(), Changed: d.uint(), Done: d.uint() != 0}
	if d.err != nil || n < 6 {
		return Refolding{}, fmt.Errorf("decode progress of a refold: %w", orFormat(d.err))
	}
	return r, nil
}

// ClockKey is the key under which a partition remembers a stream's clock.
func ClockKey(stream string) []byte { return []byte(clockPrefix + stream) }

// CutClockKey returns the stream that a ClockKey is for.
func CutClockKey(key []byte) (stream string, ok bool) { return cutString(key, clockPrefix) }

// Time encodes a point in time, the value under a ClockKey.
func (e *Encoder) Time(t int64) ([]byte, error) {
	e.begin(0)
	e.int(t)
	return e.end()
}

// Time decodes what Encoder.Time wrote.
func (d *Decoder) Time(value []byte) (int64, error) {
	d.open(value, 1)
	t := d.int()
	if d.err != nil {
		return 0, fmt.Errorf("decode time: %w", d.err)
	}
	return t, nil
}

// FanOutKey is the key under which a partition remembers that all recipients of
// a message have to be looked at again. Its value is the last one that was.
func FanOutKey(messageID string) []byte { return []byte(fanOutPrefix + messageID) }

// CutFanOutKey returns the message that a FanOutKey is for.
func CutFanOutKey(key []byte) (messageID string, ok bool) { return cutString(key, fanOutPrefix) }

// Text encodes a string, the value under a FanOutKey.
func (e *Encoder) Text(s string) ([]byte, error) {
	e.begin(0)
	e.str(s)
	return e.end()
}

// Text decodes what Encoder.Text wrote.
func (d *Decoder) Text(value []byte) (string, error) {
	d.open(value, 1)
	s := d.str()
	if d.err != nil {
		return "", fmt.Errorf("decode text: %w", d.err)
	}
	return s, nil
}

func cutString(key []byte, prefix string) (string, bool) {
	if len(key) < len(prefix) || string(key[:len(prefix)]) != prefix {
		return "", false
	}
	return string(key[len(prefix):]), true
}

func orFormat(err error) error {
	if err == nil {
		return ErrFormat
	}
	return err
}
