package postfix

import "mailfate/sources/mta/scan"

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
func queueIDLen[T scan.Text](s T) int {
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

func isLong[T scan.Text](s T) bool {
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
