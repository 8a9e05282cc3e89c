package jsonline

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// scanString reads the string at the scanner's position.
func (s *Scanner) scanString(v *Value) error {
	if raw, ok := s.plainString(); ok {
		*v = Value{Type: String, Raw: raw}
		return nil
	}
	if !s.eat('"') {
		return errMalformed
	}
	text := s.data[s.pos:]
	end := bytes.IndexByte(text, '"')
	if end < 0 {
		return errMalformed
	}
	escaped := bytes.IndexByte(text[:end], '\\') >= 0
	if escaped {
		if end = s.endOfEscaped(text); end < 0 {
			return errMalformed
		}
	}
	if !s.Lenient && hasControl(text[:end]) {
		return errMalformed
	}
	s.pos += end + 1
	*v = Value{Type: String, Raw: text[:end], escaped: escaped}
	return nil
}

// plainString reads the string at the scanner's position if nothing is escaped in
// it, the usual case; else it stays where it is.
func (s *Scanner) plainString() (raw []byte, ok bool) {
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		return nil, false
	}
	text := s.data[s.pos+1:]
	end := special(text)
	if end == len(text) || text[end] != '"' {
		return nil, false
	}
	s.pos += end + 2
	return text[:end], true
}

// endOfEscaped returns where a string with escapes ends, -1 when one is wrong.
func (s *Scanner) endOfEscaped(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i
		case '\\':
			n := s.escape(b[i:])
			if n == 0 {
				return -1
			}
			i += n - 1
		}
	}
	return -1
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
		if found := ((quote-ones)&^quote | (slash-ones)&^slash | (x-ones*' ')&^x) & high; found != 0 {
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

// hasControl reports whether b has a control character, looking at eight bytes
// at a time: less 0x20, a byte below that gets the high bit, which it had not.
func hasControl(b []byte) bool {
	const low, high = 0x2020202020202020, 0x8080808080808080
	for ; len(b) >= 8; b = b[8:] {
		if x := binary.LittleEndian.Uint64(b); (x-low)&^x&high != 0 {
			return true
		}
	}
	for _, c := range b {
		if c < 0x20 {
			return true
		}
	}
	return false
}

// escape returns the length of the escape that b begins with, 0 when it is none.
func (s *Scanner) escape(b []byte) int {
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
		if _, ok := hex(b[2:], 2); ok && s.Lenient {
			return 4
		}
	}
	return 0
}

// AppendText appends the text of a string, unescaped; of any other value, what
// is written there.
func (v Value) AppendText(dst []byte) []byte {
	if !v.escaped {
		return append(dst, v.Raw...)
	}
	b := v.Raw
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			dst = append(dst, b[i])
			i++
			continue
		}
		var n int
		dst, n = unescape(dst, b[i:])
		i += n
	}
	return dst
}

// unescape appends what the escape at the start of b stands for, which
// scanString has found to be well formed, and returns its length.
func unescape(dst, b []byte) ([]byte, int) {
	switch b[1] {
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'x':
		c, _ := hex(b[2:], 2)
		return append(dst, byte(c)), 4
	case 'u':
		return unescapeUnit(dst, b)
	}
	return append(dst, b[1]), 2
}

// unescapeUnit reads \uXXXX, and a second one when both are a surrogate pair.
func unescapeUnit(dst, b []byte) ([]byte, int) {
	r, _ := hex(b[2:], 4)
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(dst, r), 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		low, _ := hex(b[8:], 4)
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return utf8.AppendRune(dst, pair), 12
		}
	}
	return utf8.AppendRune(dst, utf8.RuneError), 6
}

func hex(b []byte, n int) (rune, bool) {
	if len(b) < n {
		return 0, false
	}
	var r rune
	for _, c := range b[:n] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
