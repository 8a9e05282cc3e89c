package shape

const (
	// idBytes is from how many characters on a word with digits in it is an id.
	idBytes = 8
	// shortID is from how many characters on hexadecimal digits, some of them
	// letters, are an id: Postfix's short queue ids begin at 6.
	shortID = 6
	// longWord is from how many letters on a word is none.
	longWord = 32
)

// appendPieces takes numbers and ids out of a word's parts. They look alike when
// written, since many an id is a number now and then.
func appendPieces(b, w []byte) []byte {
	for len(w) > 0 {
		n := partedIDLen(w)
		if n > 0 {
			b = append(b, '0')
			w = w[n:]
			continue
		}
		for n < len(w) && isAlnum(w[n]) {
			n++
		}
		switch {
		case n == 0:
			n = runeLen(w)
			b = appendSymbol(b, w[:n])
		case isID(w[:n]):
			b = append(b, '0')
		default:
			b = appendNoDigits(b, w[:n])
		}
		w = w[n:]
	}
	return b
}

// partedIDs are the ids that have hyphens in them, by the lengths of their parts.
var partedIDs = []struct {
	parts  []int
	member func(byte) bool
}{
	{[]int{8, 4, 4, 4, 12}, isHex}, // RFC 9562
	{[]int{6, 11, 4}, isAlnum},     // Exim since 4.97
	{[]int{6, 6, 2}, isAlnum},      // and before
}

// partedIDLen returns how long the id with hyphens at the beginning is.
func partedIDLen(w []byte) int {
	for _, id := range partedIDs {
		if n := partsLen(w, id.parts, id.member); n > 0 && (n == len(w) || !isAlnum(w[n])) {
			return n
		}
	}
	return 0
}

func partsLen(w []byte, parts []int, member func(byte) bool) int {
	n := 0
	for i, length := range parts {
		if i > 0 {
			if n >= len(w) || w[n] != '-' {
				return 0
			}
			n++
		}
		for range length {
			if n >= len(w) || !member(w[n]) {
				return 0
			}
			n++
		}
	}
	return n
}

// isID tells a piece that was made by a program from a word. Long ids of Postfix
// have no vowels, and those of others can be letters alone, too.
func isID(p []byte) bool {
	digits, turns, vowels, hex := 0, 0, 0, 0
	for i, c := range p {
		if isDigit(c) {
			digits++
		}
		if i > 0 && isDigit(c) != isDigit(p[i-1]) {
			turns++
		}
		switch c | 0x20 {
		case 'a', 'e', 'i', 'o', 'u':
			vowels++
		}
		if isHex(c) {
			hex++
		}
	}
	switch {
	case len(p) >= longWord, turns >= 3:
		return true
	case len(p) >= idBytes:
		return digits > 0 || vowels == 0 || hex == len(p)
	default:
		return len(p) >= shortID && digits > 0 && hex == len(p)
	}
}

// appendNoDigits writes every run of digits as one 0.
func appendNoDigits(b, piece []byte) []byte {
	for i, c := range piece {
		switch {
		case !isDigit(c):
			b = append(b, c)
		case i == 0 || !isDigit(piece[i-1]):
			b = append(b, '0')
		}
	}
	return b
}
