package schemas

import (
	"errors"
	"fmt"
	"hash/maphash"
)

// FormatVersion is the first byte of every value that is written today.
const FormatVersion = 1

// ErrFormat is wrapped by every decoding error: the bytes are damaged, or from
// a version that is newer than this program.
var ErrFormat = errors.New("malformed or unknown format")

// An Encoder writes events, clocks and snapshots without reflection. It keeps
// its buffers, so it is cheap to use again; it is for one goroutine.
type Encoder struct {
	buf   []byte
	texts []string // written so far, in order
	last  int64    // the time written last
}

// NewEncoder returns an encoder.
func NewEncoder() *Encoder { return &Encoder{} }

func (e *Encoder) uint(v uint64)   { e.buf = appendUint(e.buf, v) }
func (e *Encoder) int(v int64)     { e.buf = appendInt(e.buf, v) }
func (e *Encoder) str(v string)    { e.buf = appendString(e.buf, v) }
func (e *Encoder) bytes(v []byte)  { e.buf = appendBytes(e.buf, v) }
func (e *Encoder) list(n int)      { e.buf = appendListLen(e.buf, n) }
func (e *Encoder) field(key uint8) { e.uint(uint64(key)) }

// A Decoder reads what an Encoder wrote. It keeps its buffers; it is for one goroutine.
type Decoder struct {
	in    []byte     // what is not read yet
	texts []seenText // read so far, in order
	last  int64      // the time read last
	err   error

	seed   maphash.Seed
	shared [sharedTexts]string // some that were read lately, by their hash
}

// A seenText is a string that what follows may refer to; it is made when it is wanted.
type seenText struct {
	raw  []byte
	made string
}

const (
	// sharedTexts is how many strings are kept to be used again: one value's hosts,
	// relays and replies are those of the next ones too.
	sharedTexts = 512
	// maxShared is the length of the longest of them, in bytes.
	maxShared = 128
)

// NewDecoder returns a decoder.
func NewDecoder() *Decoder { return &Decoder{seed: maphash.MakeSeed()} }

// open starts reading a value behind its header, whose first byte is the version.
func (d *Decoder) open(b []byte, header int) {
	d.texts = d.texts[:0]
	d.last = 0
	d.err = nil
	if len(b) < header || b[0] != FormatVersion {
		d.in, d.err = nil, ErrFormat
		return
	}
	d.in = b[header:]
}

// fail keeps the first error. Nothing is left to be read then.
func (d *Decoder) fail(err error) {
	if d.err == nil && err != nil {
		d.in, d.err = nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
}

// small reads an unsigned number below limit, for enums and indexes.
func (d *Decoder) small(limit uint64) uint64 {
	v := d.uint()
	if v >= limit && d.err == nil {
		d.fail(fmt.Errorf("number %d is not below %d", v, limit))
		return 0
	}
	return v
}

// str reads a string.
func (d *Decoder) str() string { return d.share(d.raw()) }

// share makes a string, or finds one that was made before.
func (d *Decoder) share(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > maxShared {
		return string(b)
	}
	s := &d.shared[maphash.Bytes(d.seed, b)%sharedTexts]
	if *s != string(b) {
		*s = string(b)
	}
	return *s
}

// list reads an array's length, which cannot exceed the bytes that are left.
func (d *Decoder) list() int { return d.listOf(1) }

// listOf reads the length of an array whose elements take least bytes each, so
// that a short value cannot claim many large elements.
func (d *Decoder) listOf(least int) int { return d.length(d.head(), familyList, least) }

// fields reads a map's length.
func (d *Decoder) fields() int { return d.length(d.head(), familyMap, 1) }

// length returns how many elements a head announces.
func (d *Decoder) length(h head, want family, least int) int {
	if h.family == familyNil || d.err != nil {
		return 0
	}
	if h.family != want {
		d.fail(fmt.Errorf("code %#x where a length was expected", h.code))
		return 0
	}
	if h.n > uint64(len(d.in)/least) {
		d.fail(fmt.Errorf("%d elements in the last %d bytes", h.n, len(d.in)))
		return 0
	}
	return int(h.n)
}

// field reads a field's key; keys beyond a byte belong to nobody yet.
func (d *Decoder) field() uint64 { return d.uint() }

// skip passes over the value of a field that this version does not know. Its
// strings are noted as if they had been read, because what follows may refer to
// them; so in a new field every string is a text, and no time is a distance.
// Values are counted, not descended into: nesting costs no stack.
func (d *Decoder) skip() {
	for open := 1; open > 0 && d.err == nil; open-- {
		h := d.head()
		switch h.family {
		case familyString:
			d.note(seenText{raw: d.take(h.n)})
		case familyBytes, familyOther:
			d.take(h.n)
		case familyList:
			open += d.length(h, familyList, 1)
		case familyMap:
			open += 2 * d.length(h, familyMap, 1)
		}
	}
}

// pass is skip for a map of which some keys' values are times, as the bits of
// times say.
func (d *Decoder) pass(times uint64) {
	for range d.fields() {
		if k := d.field(); k < 64 && times>>k&1 != 0 {
			d.fromDelta(d.int())
		} else {
			d.skip()
		}
	}
}
