package publish

import (
	"bytes"
	"unicode/utf8"
)

const (
	// shapedBytes is how much of a line decides its shape.
	shapedBytes = 512
	// maxShape is the longest shape.
	maxShape = 200
	// idBytes is from how many characters on a word with digits in it is an id.
	idBytes = 8
)

// appendShape appends what a line has in common with others of its kind: numbers
// are 0, words that look like ids are X, addresses are @, and IPv6 addresses and
// times are ::. What is no text is a question mark.
func appendShape(b, line []byte) []byte {
	line = line[:min(len(line), shapedBytes)]
	limit := len(b) + maxShape
	for len(line) > 0 && len(b) < limit {
		n := wordLength(line)
		if n == 0 {
			b, n = appendSymbol(b, line)
		} else {
			b = appendWord(b, line[:n])
		}
		line = line[n:]
	}
	return b[:min(len(b), limit)]
}

func appendSymbol(b, line []byte) ([]byte, int) {
	r, n := utf8.DecodeRune(line)
	if r < ' ' && r != '\t' || r == utf8.RuneError || r == 0x7f {
		return append(b, '?'), n
	}
	return append(b, line[:n]...), n
}

// wordLength returns how many bytes at the beginning belong to one word,
// addresses and times included.
func wordLength(line []byte) int {
	for i, c := range line {
		if !alnum(c) && (c != '@' && c != ':' && c != '.' && c != '-' && c != '_' && c != '+' || i == 0) {
			return i
		}
	}
	return len(line)
}

func appendWord(b, word []byte) []byte {
	end := bytes.TrimRight(word, ":.-") // punctuation behind the word
	if len(end) == 0 {
		return append(b, word...)
	}
	switch {
	case bytes.IndexByte(end, '@') >= 0:
		b = append(b, '@')
	case bytes.Count(end, []byte{':'}) >= 2 && hexAndColons(end):
		b = append(b, "::"...)
	default:
		b = appendPieces(b, end)
	}
	return append(b, word[len(end):]...)
}

// appendPieces takes numbers and ids out of a word's parts.
func appendPieces(b, word []byte) []byte {
	for len(word) > 0 {
		n := 0
		digits := 0
		for n < len(word) && alnum(word[n]) {
			if word[n] <= '9' {
				digits++
			}
			n++
		}
		switch {
		case n == 0:
			b = append(b, word[0])
			n = 1
		case digits > 0 && digits < n && n >= idBytes:
			b = append(b, 'X')
		default:
			b = appendNoDigits(b, word[:n])
		}
		word = word[n:]
	}
	return b
}

// appendNoDigits writes every run of digits as one 0.
func appendNoDigits(b, piece []byte) []byte {
	for i, c := range piece {
		switch {
		case c > '9':
			b = append(b, c)
		case i == 0 || piece[i-1] > '9':
			b = append(b, '0')
		}
	}
	return b
}

func hexAndColons(word []byte) bool {
	for _, c := range word {
		if c != ':' && c != '.' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }
