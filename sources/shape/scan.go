package shape

import (
	"bytes"
	"unicode/utf8"
)

// A kind says what a piece of a line is.
type kind uint8

const (
	symbol  kind = iota // one character
	word                // letters and digits, and what joins them
	lead                // what stands before an address without a space
	address             // local@domain
	angled              // <local@domain>
	quoted              // "text"
	subject             // what follows "Subject:"
)

// title is the name of a field that holds a subject.
const title = "subject"

// maxAddress is how far the end of an address in angle brackets is looked for.
const maxAddress = 1024

// A scanner takes a line apart.
type scanner struct {
	rest  []byte
	value bool // the piece before was a lead
	title bool // a subject is to follow
}

// next returns the piece at the beginning of the rest, which must not be empty.
func (s *scanner) next() (kind, []byte) {
	k, n := s.look()
	piece := s.rest[:n]
	s.rest = s.rest[n:]
	s.value = k == lead
	s.title = isTitle(k, piece, s.rest) || s.title && k == symbol && isBetween(piece[0])
	return k, piece
}

func (s *scanner) look() (kind, int) {
	c := s.rest[0]
	switch {
	case s.title && c == '"':
		return subject, quotedLen(s.rest)
	case s.title && !isBetween(c):
		return subject, len(s.rest)
	case c == '"':
		return quoted, quotedLen(s.rest)
	case c == '<':
		if n := angledLen(s.rest); n > 0 {
			return angled, n
		}
	}
	if at, n := tokenLen(s.rest); at > 0 {
		if l := leadLen(s.rest[:at]); l > 0 && !s.value {
			return lead, l
		}
		return address, n
	}
	if n := wordLen(s.rest); n > 0 {
		return word, n
	}
	_, n := utf8.DecodeRune(s.rest)
	return symbol, n
}

// isTitle reports whether a piece says that a subject follows: a header or a field
// of that name, or Exim's T.
//
//	Subject: TEXT   subject=TEXT   "subject":"TEXT"   T="TEXT"
func isTitle(k kind, piece, rest []byte) bool {
	if k != quoted && k != word && k != lead {
		return false
	}
	if k == word && string(piece) == "T" {
		return bytes.HasPrefix(rest, []byte(`="`))
	}
	name := bytes.TrimRight(bytes.Trim(piece, `"`), ":=")
	if !bytes.EqualFold(name, []byte(title)) {
		return false
	}
	rest = bytes.TrimLeft(rest, " ")
	last := piece[len(piece)-1]
	return last == ':' || last == '=' || len(rest) > 0 && (rest[0] == ':' || rest[0] == '=')
}

// isBetween reports whether a character stands between a name and its text.
func isBetween(c byte) bool { return c == ':' || c == '=' || c == ' ' }

// quotedLen returns how long a quoted text is; one without an end goes on to the
// end of the line.
func quotedLen(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// angledLen returns how long an address in angle brackets is; 0 when there is none.
func angledLen(s []byte) int {
	at := false
	for i := 1; i < min(len(s), maxAddress); i++ {
		switch s[i] {
		case '@':
			at = true
		case '<':
			return 0
		case '>':
			if at {
				return i + 1
			}
			return 0
		}
	}
	return 0
}

// tokenLen returns where in the text up to the next space, bracket, quote or comma
// the sign between the parts of an address is (0 when there is none), and how long
// that text is.
func tokenLen(s []byte) (at, n int) {
	for n < len(s) && !endsToken(s[n]) {
		if s[n] == '@' || s[n] == '%' && n+2 < len(s) && s[n+1] == '4' && s[n+2] == '0' {
			at = n
		}
		n++
	}
	if at+1 >= n {
		return 0, n
	}
	return at, n
}

func endsToken(c byte) bool {
	switch c {
	case '"', '<', '>', '(', ')', '[', ']', ',', ';':
		return true
	}
	return c <= ' '
}

// leadLen returns how much of what stands before an address's sign is not of its
// local part: "to=" and, in a URL, the path.
func leadLen(s []byte) int {
	if s[0] == '/' || bytes.Contains(s, []byte("://")) {
		return bytes.LastIndexAny(s, "/?&=") + 1
	}
	if i := bytes.IndexAny(s, "=:"); i < len(s)-1 {
		return i + 1
	}
	return 0
}

// wordLen returns how many bytes at the beginning belong to one word, times and IP
// addresses included.
func wordLen(s []byte) int {
	if n := len(title) + 1; len(s) >= n && s[n-1] == ':' && bytes.EqualFold(s[:n-1], []byte(title)) {
		return n // what follows without a space is its text
	}
	n := 0
	if len(s) > 2 && s[0] == ':' && s[1] == ':' && isHex(s[2]) {
		n = 2
	}
	for n < len(s) && (isAlnum(s[n]) || n > 0 && isJoint(s[n])) {
		n++
	}
	return n
}

func isAlnum(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isJoint(c byte) bool { return c == ':' || c == '.' || c == '-' || c == '_' || c == '+' }
