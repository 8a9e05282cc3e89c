package schemas

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// FormatVersion is the first byte of every value that is written today.
const FormatVersion = 1

// ErrFormat is wrapped by every decoding error: the bytes are damaged, or from
// a version that is newer than this program.
var ErrFormat = errors.New("malformed or unknown format")

// An Encoder writes events, clocks and snapshots without reflection. It keeps
// its buffers, so it is cheap to use again; it is for one goroutine.
type Encoder struct {
	buf   bytes.Buffer
	enc   *msgpack.Encoder
	texts []string // written so far, in order
	last  int64    // the time written last
	err   error
}

// NewEncoder returns an encoder.
func NewEncoder() *Encoder {
	e := &Encoder{}
	e.enc = msgpack.NewEncoder(&e.buf)
	e.enc.UseCompactInts(true)
	return e
}

func (e *Encoder) reset() {
	e.buf.Reset()
	e.texts = e.texts[:0]
	e.last = 0
	e.err = nil
}

func (e *Encoder) keep(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *Encoder) uint(v uint64)   { e.keep(e.enc.EncodeUint(v)) }
func (e *Encoder) int(v int64)     { e.keep(e.enc.EncodeInt(v)) }
func (e *Encoder) str(v string)    { e.keep(e.enc.EncodeString(v)) }
func (e *Encoder) bytes(v []byte)  { e.keep(e.enc.EncodeBytes(v)) }
func (e *Encoder) list(n int)      { e.keep(e.enc.EncodeArrayLen(n)) }
func (e *Encoder) field(key uint8) { e.uint(uint64(key)) }

// A Decoder reads what an Encoder wrote. It keeps its buffers; it is for one goroutine.
type Decoder struct {
	in    bytes.Reader
	dec   *msgpack.Decoder
	buf   []byte
	texts []string // read so far, in order
	last  int64    // the time read last
	err   error
}

// NewDecoder returns a decoder.
func NewDecoder() *Decoder {
	d := &Decoder{}
	d.dec = msgpack.NewDecoder(&d.in)
	return d
}

// open starts reading a value behind its header, whose first byte is the version.
func (d *Decoder) open(b []byte, header int) {
	d.texts = d.texts[:0]
	d.last = 0
	d.err = nil
	if len(b) < header || b[0] != FormatVersion {
		d.err = ErrFormat
		return
	}
	d.in.Reset(b[header:])
	d.dec.Reset(&d.in)
}

func (d *Decoder) fail(err error) {
	if d.err == nil && err != nil {
		d.err = fmt.Errorf("%w: %w", ErrFormat, err)
	}
}

func (d *Decoder) uint() uint64 {
	if d.err != nil {
		return 0
	}
	v, err := d.dec.DecodeUint64()
	d.fail(err)
	return v
}

func (d *Decoder) int() int64 {
	if d.err != nil {
		return 0
	}
	v, err := d.dec.DecodeInt64()
	d.fail(err)
	return v
}

// small reads an unsigned number below limit, for enums and indexes.
func (d *Decoder) small(limit uint64) uint64 {
	v := d.uint()
	if d.err == nil && v >= limit {
		d.fail(fmt.Errorf("number %d is not below %d", v, limit))
		return 0
	}
	return v
}

func (d *Decoder) raw() []byte {
	if d.err != nil {
		return nil
	}
	n, err := d.dec.DecodeBytesLen()
	d.fail(err)
	if n <= 0 || d.err != nil {
		return nil
	}
	if n > d.in.Len() {
		d.fail(fmt.Errorf("string of %d bytes in the last %d", n, d.in.Len()))
		return nil
	}
	if cap(d.buf) < n {
		d.buf = make([]byte, n*2)
	}
	d.buf = d.buf[:n]
	d.fail(d.dec.ReadFull(d.buf))
	return d.buf
}

func (d *Decoder) str() string { return string(d.raw()) }

// list reads an array's length, which cannot exceed the bytes that are left.
func (d *Decoder) list() int { return d.length(d.dec.DecodeArrayLen, 1) }

// listOf reads the length of an array whose elements take least bytes each, so
// that a short value cannot claim many large elements.
func (d *Decoder) listOf(least int) int { return d.length(d.dec.DecodeArrayLen, least) }

// fields reads a map's length.
func (d *Decoder) fields() int { return d.length(d.dec.DecodeMapLen, 1) }

func (d *Decoder) length(read func() (int, error), least int) int {
	if d.err != nil {
		return 0
	}
	n, err := read()
	d.fail(err)
	if n < 0 || d.err != nil {
		return 0
	}
	if n > d.in.Len()/least {
		d.fail(fmt.Errorf("%d elements in the last %d bytes", n, d.in.Len()))
		return 0
	}
	return n
}

// field reads a field's key; keys beyond a byte belong to nobody yet.
func (d *Decoder) field() uint64 { return d.uint() }

// skip passes over the value of a field that this version does not know. Its
// strings are noted as if they had been read, because what follows may refer to
// them; so in a new field every string is a text, and no time is a distance.
// Values are counted, not descended into: nesting costs no stack.
func (d *Decoder) skip() {
	for open := 1; open > 0 && d.err == nil; open-- {
		open += d.skipOne()
	}
}

// skipOne passes over one value, or over the head of one that holds others, and
// returns how many these are.
func (d *Decoder) skipOne() (inside int) {
	c, err := d.dec.PeekCode()
	d.fail(err)
	switch {
	case d.err != nil:
	case msgpcode.IsString(c):
		d.text()
	case msgpcode.IsBin(c):
		d.raw()
	case msgpcode.IsFixedArray(c), c == msgpcode.Array16, c == msgpcode.Array32:
		return d.list()
	case msgpcode.IsFixedMap(c), c == msgpcode.Map16, c == msgpcode.Map32:
		return 2 * d.fields()
	default:
		d.fail(d.dec.Skip())
	}
	return 0
}
