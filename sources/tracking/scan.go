package tracking

import "bytes"

// word cuts b at its first space, after those that it begins with.
func word(b []byte) (w, rest []byte) {
	b = skipSpace(b)
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}

func skipSpace(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	return b
}

// dash returns nothing for the dash that stands for nothing.
func dash(b []byte) []byte {
	if len(b) == 1 && b[0] == '-' {
		return nil
	}
	return b
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return len(b) > 0
}

func isStatus(b []byte) bool { return len(b) == 3 && isDigits(b) }

// isAddress reports whether b looks like an IP address of either kind.
func isAddress(b []byte) bool {
	dots, colons, letters := 0, 0, 0
	for _, c := range b {
		switch {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c-'0' <= 9:
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			letters++
		default:
			return false
		}
	}
	return colons >= 2 || (colons == 0 && dots == 3 && letters == 0)
}

// hexByte returns the byte that two hexadecimal digits say.
func hexByte(hi, lo byte) (byte, bool) {
	h, ok1 := nibble(hi)
	l, ok2 := nibble(lo)
	return h<<4 | l, ok1 && ok2
}

func nibble(c byte) (byte, bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// slow reports whether a duration in seconds, as 5.123, is above ReadAfter.
func slow(seconds []byte) bool {
	whole, part, _ := bytes.Cut(seconds, []byte("."))
	if !isDigits(whole) || (len(part) > 0 && !isDigits(part)) {
		return false
	}
	n := 0
	for _, c := range whole {
		if n = n*10 + int(c-'0'); n > ReadAfter {
			return true
		}
	}
	return n == ReadAfter && len(bytes.Trim(part, "0")) > 0
}
