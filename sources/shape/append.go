package shape

import (
	"bytes"
	"net/netip"
	"unicode/utf8"
)

const (
	// shapedBytes is how much of a line decides its shape.
	shapedBytes = 512
	// maxShape is the longest shape.
	maxShape = 200
)

// Append appends a line's shape.
func Append(b, line []byte) []byte {
	s := scanner{rest: line[:min(len(line), shapedBytes)]}
	limit := len(b) + maxShape
	for len(s.rest) > 0 && len(b) < limit {
		k, piece := s.next()
		switch k {
		case symbol:
			b = appendSymbol(b, piece)
		case word:
			b = appendWord(b, piece, s.rest)
		case lead:
			b = appendPieces(b, piece)
		case address:
			b = append(b, '@')
		case angled:
			b = append(b, "<@>"...)
		case quoted:
			b = appendQuoted(b, piece, s.rest)
		case subject:
			b = append(b, "…"...)
		}
	}
	return cut(b, limit)
}

// cut cuts a text to a length, between two characters.
func cut(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

func appendSymbol(b, piece []byte) []byte {
	r, _ := utf8.DecodeRune(piece)
	if r < ' ' && r != '\t' || r == utf8.RuneError || r == 0x7f {
		return append(b, '?')
	}
	return append(b, piece...)
}

// appendQuoted leaves a quoted text out, unless it is the name of a JSON field.
func appendQuoted(b, piece, rest []byte) []byte {
	name := bytes.Trim(piece, `"`)
	if !bytes.HasPrefix(bytes.TrimLeft(rest, " "), []byte{':'}) || len(name) == 0 || wordLen(name) < len(name) {
		return append(b, `""`...)
	}
	b = append(b, '"')
	b = appendPieces(b, name)
	return append(b, '"')
}

func appendWord(b, piece, rest []byte) []byte {
	end := bytes.TrimRight(piece, ":.-") // punctuation behind the word
	behind := piece[len(end):]
	switch name, port := splitPort(end); {
	case isMonth(piece, rest):
		b = append(b, '0')
	case bytes.Count(end, []byte{':'}) >= 2 && (allHexAndColons(end) || ipKind(end) == 6):
		b = append(b, "::"...)
	case isHost(name):
		b = append(b, "host"...)
		b = appendPieces(b, port)
	default:
		b = appendPieces(b, end)
	}
	return append(b, behind...)
}

// isMonth reports whether a word is the month of a time stamp.
//
//	Nov 22 03:25:18   22/Nov/2026
func isMonth(piece, rest []byte) bool {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(piece) != 3 || len(rest) < 2 || rest[0] != ' ' && rest[0] != '/' || rest[1] != ' ' && !isDigit(rest[1]) {
		return false
	}
	i := bytes.Index([]byte(months), piece)
	return i >= 0 && i%3 == 0
}

// ipKind returns 4 or 6 for an IP address, with or without a port, else 0.
func ipKind(w []byte) int {
	w = bytes.TrimPrefix(w, []byte("IPv6:"))
	if len(w) > len("0000:0000:0000:0000:0000:0000:255.255.255.255") || !allHexAndColons(w) {
		return 0
	}
	if name, port := splitPort(w); len(port) > 0 {
		w = name
	}
	if bytes.Count(w, []byte{'.'}) != 3 && bytes.Count(w, []byte{':'}) < 2 {
		return 0
	}
	ip, err := netip.ParseAddr(string(w))
	switch {
	case err != nil:
		return 0
	case ip.Is4():
		return 4
	}
	return 6
}

// splitPort splits name:25.
func splitPort(w []byte) (name, port []byte) {
	i := bytes.IndexByte(w, ':')
	if i < 0 || bytes.IndexByte(w[i+1:], ':') >= 0 {
		return w, nil
	}
	for _, c := range w[i+1:] {
		if !isDigit(c) {
			return w, nil
		}
	}
	return w[:i], w[i:]
}

// isHost reports whether a word is a name with dots whose last part is no number.
func isHost(w []byte) bool {
	i := bytes.LastIndexByte(w, '.')
	if i <= 0 || len(w)-i < 3 || isDigit(w[i+1]) {
		return false
	}
	for j, c := range w {
		if !isAlnum(c) && c != '-' && c != '_' && (c != '.' || w[j-1] == '.') {
			return false
		}
	}
	return true
}

func allHexAndColons(w []byte) bool {
	for _, c := range w {
		if c != ':' && c != '.' && !isHex(c) {
			return false
		}
	}
	return true
}

func runeLen(b []byte) int {
	_, n := utf8.DecodeRune(b)
	return n
}
