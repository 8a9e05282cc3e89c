package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The codes of MessagePack that are written here; others are read too.
const (
	codeFixedMap   = 0x80
	codeFixedList  = 0x90
	codeFixedText  = 0xa0
	codeNil        = 0xc0
	codeBytes8     = 0xc4
	codeBytes16    = 0xc5
	codeBytes32    = 0xc6
	codeUint8      = 0xcc
	codeUint16     = 0xcd
	codeUint32     = 0xce
	codeUint64     = 0xcf
	codeInt8       = 0xd0
	codeInt16      = 0xd1
	codeInt32      = 0xd2
	codeInt64      = 0xd3
	codeText8      = 0xd9
	codeText16     = 0xda
	codeText32     = 0xdb
	codeList16     = 0xdc
	codeList32     = 0xdd
	codeMap16      = 0xde
	codeFixedMinus = 0xe0
)

func appendUint(b []byte, v uint64) []byte {
	switch {
	case v < 0x80:
		return append(b, byte(v))
	case v <= math.MaxUint8:
		return append(b, codeUint8, byte(v))
	case v <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, codeUint16), uint16(v))
	case v <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, codeUint32), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, codeUint64), v)
}

func appendInt(b []byte, v int64) []byte {
	switch {
	case v >= 0:
		return appendUint(b, uint64(v))
	case v >= -32:
		return append(b, byte(v))
	case v >= math.MinInt8:
		return append(b, codeInt8, byte(v))
	case v >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(b, codeInt16), uint16(v))
	case v >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(b, codeInt32), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, codeInt64), uint64(v))
}

func appendString(b []byte, v string) []byte {
	if len(v) < 32 {
		return append(append(b, codeFixedText|byte(len(v))), v...)
	}
	return append(appendLen(b, len(v), codeText8, codeText16, codeText32), v...)
}

// appendBytes tells nil from what is empty.
func appendBytes(b, v []byte) []byte {
	if v == nil {
		return append(b, codeNil)
	}
	return append(appendLen(b, len(v), codeBytes8, codeBytes16, codeBytes32), v...)
}

func appendListLen(b []byte, n int) []byte {
	if n < 16 {
		return append(b, codeFixedList|byte(n))
	}
	return appendLen(b, n, 0, codeList16, codeList32)
}

// appendLen appends a length under the shortest of three codes; 0 is none.
func appendLen(b []byte, n int, code8, code16, code32 byte) []byte {
	switch {
	case n <= math.MaxUint8 && code8 != 0:
		return append(b, code8, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, code16), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(b, code32), uint32(n))
}

// A head is how a value begins.
type head struct {
	code   byte
	family family
	n      uint64 // a number's bits; else how many bytes or elements follow
}

// family says what follows a head.
type family uint8

const (
	familyNone family = iota // nothing: an error
	familyNil                // nothing
	familyUint               // nothing
	familyInt                // nothing
	familyString
	familyBytes
	familyList
	familyMap
	familyOther // bytes that have no meaning here
)

// heads tells of the codes from 0xc0 up to 0xdf what family they are, how many
// bytes their number has, and how many bytes follow beside those it counts.
var heads = [...]struct {
	family family
	width  uint8
	more   uint8
}{
	{familyNil, 0, 0},
	{familyNone, 0, 0},
	{familyOther, 0, 0},
	{familyOther, 0, 0}, // nil, never used, false, true
	{familyBytes, 1, 0},
	{familyBytes, 2, 0},
	{familyBytes, 4, 0},
	{familyOther, 1, 1},
	{familyOther, 2, 1},
	{familyOther, 4, 1}, // extensions, with a type
	{familyOther, 0, 4},
	{familyOther, 0, 8}, // floats
	{familyUint, 1, 0},
	{familyUint, 2, 0},
	{familyUint, 4, 0},
	{familyUint, 8, 0},
	{familyInt, 1, 0},
	{familyInt, 2, 0},
	{familyInt, 4, 0},
	{familyInt, 8, 0},
	{familyOther, 0, 2},
	{familyOther, 0, 3},
	{familyOther, 0, 5},
	{familyOther, 0, 9},
	{familyOther, 0, 17}, // extensions of a fixed size
	{familyString, 1, 0},
	{familyString, 2, 0},
	{familyString, 4, 0},
	{familyList, 2, 0},
	{familyList, 4, 0},
	{familyMap, 2, 0},
	{familyMap, 4, 0},
}

// head reads how the next value begins.
func (d *Decoder) head() head {
	if len(d.in) == 0 {
		d.fail(io.ErrUnexpectedEOF)
		return head{}
	}
	c := d.in[0]
	d.in = d.in[1:]
	switch {
	case c < codeFixedMap:
		return head{c, familyUint, uint64(c)}
	case c < codeFixedList:
		return head{c, familyMap, uint64(c & 0x0f)}
	case c < codeFixedText:
		return head{c, familyList, uint64(c & 0x0f)}
	case c < codeNil:
		return head{c, familyString, uint64(c & 0x1f)}
	case c >= codeFixedMinus:
		return head{c, familyInt, uint64(int64(int8(c)))}
	}
	return d.wideHead(c)
}

func (d *Decoder) wideHead(c byte) head {
	kind := heads[c-codeNil]
	if kind.family == familyNone {
		d.fail(errors.New("code 0xc1, which means nothing"))
		return head{}
	}
	b := d.take(uint64(kind.width))
	h := head{code: c, family: kind.family}
	for _, x := range b {
		h.n = h.n<<8 | uint64(x)
	}
	if kind.family == familyInt { // the sign is the first bit of these
		unused := 64 - 8*uint(kind.width)
		h.n = uint64(int64(h.n<<unused) >> unused)
	}
	h.n += uint64(kind.more)
	return h
}

// take returns the next n bytes.
func (d *Decoder) take(n uint64) []byte {
	if n > uint64(len(d.in)) {
		d.fail(fmt.Errorf("%d bytes in the last %d", n, len(d.in)))
		return nil
	}
	b := d.in[:n]
	d.in = d.in[n:]
	return b
}

func (d *Decoder) uint() uint64 {
	if len(d.in) > 0 && d.in[0] < codeFixedMap { // nearly all are
		v := d.in[0]
		d.in = d.in[1:]
		return uint64(v)
	}
	switch h := d.head(); h.family {
	case familyUint, familyInt:
		return h.n
	case familyNil, familyNone:
	default:
		d.fail(fmt.Errorf("code %#x where a number was expected", h.code))
	}
	return 0
}

func (d *Decoder) int() int64 { return int64(d.uint()) }

// raw reads a string or bytes: the bytes of the value itself, nil when there are none.
func (d *Decoder) raw() []byte {
	switch h := d.head(); h.family {
	case familyString, familyBytes:
		if h.n > 0 {
			return d.take(h.n)
		}
	case familyNil, familyNone:
	default:
		d.fail(fmt.Errorf("code %#x where a string was expected", h.code))
	}
	return nil
}
