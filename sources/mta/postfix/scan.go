package postfix

// text is what clauses are read from: the bytes of a line, or a string where
// what is read outlives the line.
type text interface{ ~string | ~[]byte }

// after returns what follows a prefix.
func after[T text](s T, prefix string) (rest T, ok bool) {
	if len(s) < len(prefix) || string(s[:len(prefix)]) != prefix {
		return s, false
	}
	return s[len(prefix):], true
}

// begins reports whether s begins with a prefix.
func begins[T text](s T, prefix string) bool {
	return len(s) >= len(prefix) && string(s[:len(prefix)]) == prefix
}

// angle reads an address in angle brackets: <local@domain>, where the local part
// may be quoted and then hold anything, also brackets and commas. Older versions
// log it without its quotes, and a lone quote is no quoting: when the quoted
// reading does not end where a field can, the first bracket that does ends it.
func angle[T text](s T) (address, rest T, ok bool) {
	if len(s) == 0 || s[0] != '<' {
		return s, s, false
	}
	if i := closing(s, true); i > 0 {
		return s[1:i], s[i+1:], true
	}
	if i := closing(s, false); i > 0 {
		return s[1:i], s[i+1:], true
	}
	return s, s, false
}

// closing finds the bracket that ends an address; 0 when none does.
func closing[T text](s T, quotes bool) int {
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
func endsField[T text](s T) bool {
	return len(s) == 0 || s[0] == ',' || s[0] == ' ' || s[0] == ':' || s[0] == ';'
}

// number reads decimal digits; ok is false when there are none or too many.
func number[T text](s T) (n int64, rest T, ok bool) {
	i := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i == 18 {
			return 0, s, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, s[i:], i > 0
}

func isDigit(c byte) bool { return c-'0' < 10 }

// Bounds on the length of a queue id. A short one has 5 digits of microseconds
// and an inode number, a long one about 10 of time, a z and the inode.
const (
	minQueueID = 6
	maxQueueID = 24
	minLongID  = 11
)

// queueIDLen returns the length of the queue id that s begins with, 0 when it
// begins with none: hexadecimal digits, or letters and digits without vowels with
// a z among them. So no word of a sentence is taken for one.
func queueIDLen[T text](s T) int {
	i, hex, z := 0, true, false
	for ; i < len(s) && i <= maxQueueID; i++ {
		class := idClass[s[i]]
		if class == 0 {
			break
		}
		hex = hex && class&idHex != 0
		z = z || s[i] == 'z'
		if !hex && class&idLong == 0 {
			return 0
		}
	}
	switch {
	case i < minQueueID || i > maxQueueID:
		return 0
	case hex || (z && i >= minLongID && isLong(s[:i])):
		return i
	}
	return 0
}

func isLong[T text](s T) bool {
	for i := range len(s) {
		if idClass[s[i]]&idLong == 0 {
			return false
		}
	}
	return true
}

const (
	idHex  = 1 << iota // occurs in short queue ids
	idLong             // occurs in long ones
)

var idClass = func() (t [256]byte) {
	for _, c := range []byte("0123456789ABCDEF") {
		t[c] |= idHex
	}
	for _, c := range []byte("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz") {
		t[c] |= idLong
	}
	return t
}()
