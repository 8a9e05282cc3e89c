package jsonline

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// The functions in this file pass over a part of a line: they take where it
// begins and return where it ends, or why it does not, which is below zero.
const (
	malformed = -1 - iota
	tooDeep
	tooMany
)

func errorOf(why int) error {
	switch why {
	case tooDeep:
		return errTooDeep
	case tooMany:
		return errTooMany
	}
	return errMalformed
}

// passValue passes over a value within so many objects and arrays.
func passValue(d []byte, i, levels int, lenient bool) int {
	if i >= len(d) {
		return malformed
	}
	switch c := d[i]; c {
	case '"':
		return passString(d, i, lenient)
	case '{', '[':
		return passNested(d, i, levels, lenient)
	case 't':
		return passWord(d, i, "true")
	case 'f':
		return passWord(d, i, "false")
	case 'n':
		return passWord(d, i, "null")
	}
	return passNumber(d, i)
}

// passNested passes over an object or array.
func passNested(d []byte, i, levels int, lenient bool) int {
	if levels == MaxDepth {
		return tooDeep
	}
	end := closing(d[i])
	i = space(d, i+1)
	for n := 0; i < len(d) && d[i] != end; n++ {
		if n == MaxMembers {
			return tooMany
		}
		if n > 0 {
			if d[i] != ',' {
				return malformed
			}
			i = space(d, i+1)
		}
		if end == '}' {
			if i = passString(d, i, lenient); i < 0 {
				return i
			}
			if i = colon(d, i); i < 0 {
				return i
			}
		}
		if i = passValue(d, i, levels+1, lenient); i < 0 {
			return i
		}
		i = space(d, i)
	}
	if i == len(d) {
		return malformed
	}
	return i + 1
}

// colon passes over what stands between a key and its value.
func colon(d []byte, i int) int {
	if i = space(d, i); i == len(d) || d[i] != ':' {
		return malformed
	}
	return space(d, i+1)
}

// space passes over white space, of which there mostly is none.
func space(d []byte, i int) int {
	if i < len(d) && d[i] <= ' ' {
		return spaces(d, i)
	}
	return i
}

func spaces(d []byte, i int) int {
	for i < len(d) && (d[i] == ' ' || d[i] == '\t' || d[i] == '\r' || d[i] == '\n') {
		i++
	}
	return i
}

func passWord(d []byte, i int, word string) int {
	if !begins(d, i, word) {
		return malformed
	}
	return i + len(word)
}

// passNumber passes over [-] int [frac] [exp], as RFC 8259, 6 has it.
func passNumber(d []byte, i int) int {
	if i < len(d) && d[i] == '-' {
		i++
	}
	whole := i
	i = digits(d, i)
	if i == whole || i > whole+1 && d[whole] == '0' {
		return malformed
	}
	if i < len(d) && d[i] == '.' {
		if i = someDigits(d, i+1); i < 0 {
			return i
		}
	}
	if i < len(d) && d[i]|0x20 == 'e' {
		if i++; i < len(d) && (d[i] == '+' || d[i] == '-') {
			i++
		}
		return someDigits(d, i)
	}
	return i
}

func someDigits(d []byte, i int) int {
	if end := digits(d, i); end > i {
		return end
	}
	return malformed
}

func digits(d []byte, i int) int {
	for i < len(d) && d[i]-'0' <= 9 {
		i++
	}
	return i
}

// passString passes over a string.
func passString(d []byte, i int, lenient bool) int {
	if end := plain(d, i); end >= 0 {
		return end
	}
	if i >= len(d) || d[i] != '"' {
		return malformed
	}
	for i++; i < len(d); {
		switch c := d[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			n := escape(d[i:], lenient)
			if n == 0 {
				return malformed
			}
			i += n
		case c < ' ' && !lenient:
			return malformed
		default:
			i++
		}
		i += special(d[i:])
	}
	return malformed
}

// plain passes over a string if nothing is escaped in it, the usual case.
func plain(d []byte, i int) int {
	if i >= len(d) || d[i] != '"' {
		return malformed
	}
	i++
	end := i + special(d[i:])
	if end == len(d) || d[end] != '"' {
		return malformed
	}
	return end + 1
}

// special returns where the first byte stands that does not stand for itself in a
// string: a quote, a backslash or a control character; len(b) when there is none.
// It looks at eight bytes at a time: less what is looked for, each that is it, or
// below 0x20, gets the high bit, and none before the first such does.
func special(b []byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, slash := x^(ones*'"'), x^(ones*'\\')
		if found := ((quote - ones) | (slash - ones) | (x - ones*' ')) &^ x & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

// escape returns the length of the escape that b begins with, 0 when it is none.
func escape(b []byte, lenient bool) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex(b[2:], 4); ok {
			return 6
		}
	case 'x':
		if _, ok := hex(b[2:], 2); ok && lenient {
			return 4
		}
	}
	return 0
}

// begins reports whether d goes on at i with a text.
func begins(d []byte, i int, text string) bool {
	return len(d)-i >= len(text) && string(d[i:i+len(text)]) == text
}

func hasEscape(b []byte) bool { return bytes.IndexByte(b, '\\') >= 0 }
