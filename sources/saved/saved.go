// Package saved writes and reads the values in which parsers keep what they
// remember (sources.State): numbers as varints, texts behind their length.
package saved

import "encoding/binary"

// AppendText appends a text behind its length.
func AppendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// A Reader reads what was appended. It never fails: it reads zeros where there
// is nothing, and says so.
type Reader struct {
	b   []byte
	bad bool
}

// NewReader returns a reader of b.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// OK reports whether all that was read was there.
func (r *Reader) OK() bool { return !r.bad }

// Done reports whether all was read and nothing is left.
func (r *Reader) Done() bool { return !r.bad && len(r.b) == 0 }

// Rest returns what is left.
func (r *Reader) Rest() []byte { return r.b }

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// Uvarint reads a number that is not signed.
func (r *Reader) Uvarint() uint64 {
	n, w := binary.Uvarint(r.b)
	r.skip(w)
	return n
}

// Varint reads a signed number.
func (r *Reader) Varint() int64 {
	n, w := binary.Varint(r.b)
	r.skip(w)
	return n
}

func (r *Reader) skip(w int) {
	if w <= 0 {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[w:]
}

// Text reads a text, a copy of its own.
func (r *Reader) Text() string {
	n := r.Uvarint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
