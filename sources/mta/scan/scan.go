// Package scan has the pieces that the readers of MTA logs are made of: each
// takes a clause off the front of a text, without a copy and without a regular
// expression.
package scan

import (
	"encoding/binary"
	"math/bits"
)

// Text is what clauses are read from: the bytes of a line, or a string where
// what is read outlives the line.
type Text interface{ ~string | ~[]byte }

// After returns what follows a prefix.
func After[T Text](s T, prefix string) (rest T, ok bool) {
	if len(s) < len(prefix) || string(s[:len(prefix)]) != prefix {
		return s, false
	}
	return s[len(prefix):], true
}

// Begins reports whether s begins with a prefix.
func Begins[T Text](s T, prefix string) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == prefix
}

// Angle reads an address in angle brackets: <local@domain>, where the local part
// may be quoted and then hold anything, also brackets and commas. Older versions
// log it without its quotes, and a lone quote is no quoting: when the quoted
// reading does not end where a field can, the first bracket that does ends it.
func Angle[T Text](s T) (address, rest T, ok bool) {
	if len(s) == 0 || s[0] != '<' {
		return s, s, false
	}
	if i := unquoted(s); i > 0 && endsField(s[i+1:]) {
		return s[1:i], s[i+1:], true
	}
	if i := closing(s, true); i > 0 {
		return s[1:i], s[i+1:], true
	}
	if i := closing(s, false); i > 0 {
		return s[1:i], s[i+1:], true
	}
	return s, s, false
}

// unquoted finds the first bracket, if there is no quote before it.
func unquoted[T Text](s T) int {
	for i := range len(s) {
		switch s[i] {
		case '>':
			return i
		case '"':
			return 0
		}
	}
	return 0
}

// closing finds the bracket that ends an address; 0 when none does.
func closing[T Text](s T, quotes bool) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quotes && c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case c == '>' && !quoted && endsField(s[i+1:]):
			return i
		}
	}
	return 0
}

// endsField reports whether a field can end before s.
func endsField[T Text](s T) bool {
	return len(s) == 0 || s[0] == ',' || s[0] == ' ' || s[0] == ':' || s[0] == ';'
}

// Number reads decimal digits; ok is false when there are none or too many.
func Number[T Text](s T) (n int64, rest T, ok bool) {
	i := 0
	for ; i < len(s) && IsDigit(s[i]); i++ {
		if i == 18 {
			return 0, s, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, s[i:], i > 0
}

// IsDigit reports whether c is a decimal digit.
func IsDigit(c byte) bool { return c-'0' < 10 }

// Word returns how long the word is that s begins with: up to a space, or all.
// Words are short, so that it pays to look at eight bytes at a time right here.
func Word(s []byte) int {
	const ones = 0x0101010101010101
	n := 0
	for ; len(s)-n >= 8; n += 8 {
		notSpace := binary.LittleEndian.Uint64(s[n:]) ^ ones*' '
		if zeros := (notSpace - ones) &^ notSpace & (ones * 0x80); zeros != 0 { // the lowest bit set is of the first
			return n + bits.TrailingZeros64(zeros)/8
		}
	}
	for n < len(s) && s[n] != ' ' {
		n++
	}
	return n
}
