package classify

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"mailfate/schemas"
)

// Fingerprint names what replies have in common that differ in names, addresses,
// numbers and times alone: it is the hash of their template.
type Fingerprint uint64

// String returns the fingerprint as 16 hexadecimal digits.
func (f Fingerprint) String() string { return fmt.Sprintf("%016x", uint64(f)) }

// Fingerprint returns the fingerprint of a reply. It does not allocate.
func (s *Said) Fingerprint() Fingerprint {
	var room [2 * maxText]byte
	return FingerprintOf(s.AppendTemplate(room[:0]))
}

// FingerprintOf returns the fingerprint of the replies that have this template.
func FingerprintOf(template []byte) Fingerprint { return Fingerprint(schemas.HashBytes(template).ID()) }

// AppendTemplate appends the reply's codes and its words as rules see them, with
// {email}, {url}, {ip}, {host}, {time}, {id} and {num} for what is another in each
// reply. It is text for people, and stays the same for the same reply: a change
// here makes all replies new.
func (s *Said) AppendTemplate(dst []byte) []byte {
	start := len(dst)
	code, enhanced := s.codes()
	if code > 0 && code < 1000 {
		dst = append(dst, byte('0'+code/100), byte('0'+code/10%10), byte('0'+code%10), ' ')
	}
	if parseStatus(enhanced).class != 0 {
		dst = append(append(dst, enhanced...), ' ')
	}
	q := questions.Get().(*question)
	defer questions.Put(q)
	dst = appendWords(dst, normalise(q.room[:0], s.Text))
	return dst[:start+len(bytes.TrimRight(dst[start:], " "))]
}

// appendWords appends a normalised text word by word.
func appendWords(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		if n := urlLen(text[i:]); n > 0 && (i == 0 || !isWordByte(text[i-1])) {
			dst, i = append(dst, "{url}"...), i+n
			continue
		}
		n := wordLen(text[i:])
		if n == 0 {
			dst, i = append(dst, text[i]), i+1
			continue
		}
		word := text[i : i+n]
		if mark := markOf(word); mark != "" {
			dst = appendMark(dst, mark)
		} else {
			dst = append(dst, word...)
		}
		i += n
	}
	return dst
}

// appendMark appends a mark; the parts of one date are one.
func appendMark(dst []byte, mark string) []byte {
	if mark == markNum && bytes.HasSuffix(dst, []byte(markTime+" ")) { // Nov 2026
		return dst[:len(dst)-1]
	}
	for mark == markTime && len(dst) > 0 {
		n := len(dst)
		for _, before := range [...]string{markTime + " ", markTime + ", ", markNum + " "} {
			dst = bytes.TrimSuffix(dst, []byte(before))
		}
		if len(dst) == n {
			break
		}
	}
	return append(dst, mark...)
}

const (
	markIP   = "{ip}"
	markTime = "{time}"
	markHost = "{host}"
	markID   = "{id}"
	markNum  = "{num}"
)

// urlLen is the length of the URL that a text begins with.
func urlLen(s []byte) int {
	if s[0] != 'h' && s[0] != 'w' {
		return 0
	}
	if !bytes.HasPrefix(s, []byte("http://")) && !bytes.HasPrefix(s, []byte("https://")) && !bytes.HasPrefix(s, []byte("www.")) {
		return 0
	}
	n := bytes.IndexAny(s, " <>\"'()")
	if n < 0 {
		n = len(s)
	}
	for n > 0 && (s[n-1] == '.' || s[n-1] == ',' || s[n-1] == ';') {
		n--
	}
	return n
}

// wordLen is the length of the word that a text begins with, a point, comma or
// hyphen at whose end belongs to the sentence.
func wordLen(s []byte) (n int) {
	for n < len(s) && isWordByte(s[n]) {
		n++
	}
	for n > 0 && (s[n-1] == '.' || s[n-1] == '-' || s[n-1] == ':') {
		n--
	}
	return n
}

func isWordByte(c byte) bool { return nameBytes[c] }

// nameBytes are what words are made of, and names, numbers and times.
var nameBytes = func() (set [256]bool) {
	for c := range set {
		set[c] = isWord(byte(c)) || c >= utf8.RuneSelf
	}
	for _, c := range []byte(".-_:+") {
		set[c] = true
	}
	return set
}()

// markOf says what stands for a word in a template; "" for the word itself.
func markOf(w []byte) string {
	if lettersLen(w) == len(w) {
		return markOfLetters(w)
	}
	var digits, letters, dots, colons, others int
	for _, c := range w {
		switch {
		case isDigit(c):
			digits++
		case isLetter(c):
			letters++
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= 0x80:
			return "" // a word of a language
		default:
			others++
		}
	}
	switch {
	case colons >= 2 && isHexadecimal(w):
		if digits == len(w)-colons && colons == 2 && w[0] != ':' {
			return markTime
		}
		return markIP
	case dots == 3 && digits == len(w)-dots:
		return markIP
	case dots == 2 && digits == len(w)-dots && statusLen(string(w)) == len(w):
		return ""
	case digits+dots+colons+others == len(w) && digits > 0:
		return markOfDigits(w, colons, others)
	case colons > 0 && digits >= 8 && bytes.Count(w, []byte("-")) >= 2: // 2026-11-22T10:11:12Z
		return markTime
	case dots > 0 && colons == 0 && isHost(w):
		return markHost
	case digits >= 2 && digits+letters+dots+others+colons >= minID, digits >= 4 && letters > 0 && len(w) > 5:
		return markID
	}
	return ""
}

// lettersLen is how many small letters a text begins with.
func lettersLen(s []byte) (n int) {
	for n < len(s) && 'a' <= s[n] && s[n] <= 'z' {
		n++
	}
	return n
}

// minID is how long words with digits in them are that are no error's name.
const minID = 8

// markOfDigits is for words of digits and signs: 25, 12:30, 2026-11-22, +0100.
func markOfDigits(w []byte, colons, others int) string {
	hyphens := bytes.Count(w, []byte("-"))
	if colons > 0 || hyphens == 2 && len(w) >= len("26-1-1") || others == 1 && len(w) == len("+0100") && (w[0] == '+' || w[0] == '-') {
		return markTime
	}
	return markNum
}

// markOfLetters knows what days, months and zones are called.
func markOfLetters(w []byte) string {
	if len(w) != len("mon") {
		return ""
	}
	switch string(w) {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun", "utc", "gmt",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec":
		return markTime
	}
	return ""
}

func isHexadecimal(w []byte) bool {
	for _, c := range w {
		if !isDigit(c) && (c < 'a' || c > 'f') && c != ':' && c != '.' {
			return false
		}
	}
	return true
}

// isHost reports whether a word with a dot in it looks like a host's name: its last
// label could be a top-level domain, or what stands before is no word.
func isHost(w []byte) bool {
	last := bytes.LastIndexByte(w, '.')
	tld := w[last+1:]
	for _, c := range tld {
		if !isLetter(c) {
			return bytes.HasPrefix(tld, []byte("xn--"))
		}
	}
	switch string(tld) {
	case "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "example", "test", "invalid", "local", "localdomain", "lan", "internal", "arpa", "email", "online", "cloud", "shop", "app", "dev", "mail":
		return true
	}
	return len(tld) == 2 || len(tld) > 0 && bytes.ContainsAny(w[:last], "0123456789")
}
