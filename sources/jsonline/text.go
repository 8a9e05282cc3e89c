package jsonline

import (
	"unicode/utf16"
	"unicode/utf8"
)

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
// passString has found to be well formed, and returns its length.
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
