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
	s = s[:min(len(s), maxQueueID+1)]
	i, every, some := 0, byte(idHex|idLong), byte(0)
	for ; i < len(s) && idClass[s[i]] != 0; i++ {
		every &= idClass[s[i]]
		some |= idClass[s[i]]
	}
	switch {
	case i < minQueueID || i > maxQueueID:
		return 0
	case every&idHex != 0, every&idLong != 0 && some&idZ != 0 && i >= minLongID:
		return i
	}
	return 0
}

const (
	idHex  = 1 << iota // occurs in short queue ids
	idLong             // occurs in long ones
	idZ                // in the middle of each long one
)

var idClass = func() (t [256]byte) {
	for _, c := range []byte("0123456789ABCDEF") {
		t[c] |= idHex
	}
	for _, c := range []byte("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz") {
		t[c] |= idLong
	}
	t['z'] |= idZ
	return t
}()
