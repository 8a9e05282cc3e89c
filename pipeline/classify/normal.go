package classify

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// maxText is how much of a normalised reply counts. A line of one has 512 bytes
// at most (RFC 5321, 4.5.3.1.5), and what follows the first two says no more.
const maxText = 1024

// maxLocal is how long the local part of an address is (RFC 5321, 4.5.3.1.1).
const maxLocal = 64

// email stands where an address stood: what somebody calls himself is no word of
// the server.
const email = "{email}"

// normalise appends a reply in the form in which rules know it: in lower case,
// Latin letters without accents, white space and control bytes as single spaces,
// without codes at the beginning of its lines (which may have been joined) and
// with addresses masked. Bytes that are no UTF-8 are read as Latin-1.
func normalise(dst []byte, s string) []byte {
	n := normaliser{dst: dst}
	for i := 0; i < len(s) && len(n.dst) < maxText; {
		if c := s[i]; 'a' <= c && c <= 'z' || c == ' ' && !n.betweenWords() { // most are
			n.dst = append(n.dst, c)
			i++
			continue
		}
		i += n.step(s[i:])
	}
	for len(n.dst) > 0 && n.dst[len(n.dst)-1] == ' ' {
		n.dst = n.dst[:len(n.dst)-1]
	}
	return n.dst
}

type normaliser struct {
	dst       []byte
	code      string // that the first line began with
	continued bool   // a line began with code and hyphen
}

// step takes in what stands next and returns its length.
func (n *normaliser) step(s string) int {
	c := s[0]
	switch {
	case c <= ' ' || c == 0x7f:
		n.space()
		return 1
	case c == '\\' && len(s) > 1 && (s[1] == 'n' || s[1] == 'r' || s[1] == 't'): // as logs write them
		n.space()
		return 2
	case isDigit(c) && n.betweenWords():
		if skip := n.codes(s); skip > 0 {
			return skip
		}
	case c == '@':
		if skip := domainLen(s[1:]); skip > 0 && n.maskLocal() {
			return 1 + skip
		}
	case c >= utf8.RuneSelf:
		return n.rune(s)
	}
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	n.dst = append(n.dst, c)
	return 1
}

func (n *normaliser) betweenWords() bool { return len(n.dst) == 0 || n.dst[len(n.dst)-1] == ' ' }

func (n *normaliser) space() {
	if !n.betweenWords() {
		n.dst = append(n.dst, ' ')
	}
}

// codes returns the length of the codes that a line begins with: 550-5.1.1.
func (n *normaliser) codes(s string) int {
	end := codeLen(s)
	if end == 0 {
		return 0
	}
	rest := afterCode(s[end:])
	gap := len(s) - len(rest)
	enhanced := statusLen(rest)
	hyphen := len(s) > end && s[end] == '-' && (enhanced > 0 || gap == len(s) || !isDigit(s[gap]))
	switch {
	case hyphen:
		n.continued = true
	case enhanced > 0, len(n.dst) == 0:
	case n.continued && s[:end] == n.code:
	default:
		return 0
	}
	if n.code == "" {
		n.code = s[:end]
	}
	if enhanced == 0 {
		return min(end+1, len(s))
	}
	return gap + enhanced
}

// maskLocal replaces the local part that has just been written, and reports
// whether there was one.
func (n *normaliser) maskLocal() bool {
	i := len(n.dst)
	if i > 1 && n.dst[i-1] == '"' {
		i = max(bytes.LastIndexByte(n.dst[:i-1], '"'), i-1-maxLocal)
	} else {
		for i > 0 && !endsLocal(n.dst[i-1]) {
			i--
		}
	}
	if i < 0 || i == len(n.dst) {
		return false
	}
	n.dst = append(n.dst[:i], email...)
	return true
}

func endsLocal(c byte) bool {
	switch c {
	case ' ', '<', '>', '(', ')', '[', ']', ',', ';', ':', '"', '\'', '|':
		return true
	}
	return c >= utf8.RuneSelf // Chinese and Japanese have no spaces in front of it
}

// domainLen is how far the domain of an address reaches.
func domainLen(s string) (n int) {
	foreign := len(s) > 0 && s[0] >= utf8.RuneSelf
	for n < len(s) && (isDigit(s[n]) || isLetter(s[n]) || s[n] == '.' || s[n] == '-' || s[n] == '_' || foreign && s[n] >= utf8.RuneSelf) {
		n++
	}
	for n > 0 && s[n-1] == '.' { // that of the sentence
		n--
	}
	if n == 0 && len(s) > 0 && s[0] == '[' { // an address literal
		for n = 1; n < len(s) && s[n-1] != ']'; n++ {
			if s[n] == ' ' {
				return n
			}
		}
	}
	return n
}

// rune takes in a letter beyond ASCII.
func (n *normaliser) rune(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		r = rune(s[0])
	}
	switch {
	case r >= firstFolded && r < firstFolded+rune(len(folded)):
		if r == 'ß' {
			n.dst = append(n.dst, 's')
		}
		n.dst = append(n.dst, folded[r-firstFolded])
	case r == '’' || r == '‘':
		n.dst = append(n.dst, '\'')
	case r < firstFolded, unicode.IsSpace(r), r == 0x3000, r == '\ufeff', r == '\u200b':
		n.space()
	default:
		n.dst = utf8.AppendRune(n.dst, unicode.ToLower(r))
	}
	return size
}

// folded are the letters that those from U+00C0 to U+017F are without accents.
const (
	firstFolded = 0xC0
	folded      = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty" +
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiijjjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
)
