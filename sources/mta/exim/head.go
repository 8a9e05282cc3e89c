package exim

import (
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
)

// A record is one line, taken apart as far as all lines are alike:
//
//	STAMP[ ZONE] [[PID] ][ID ]TEXT
type record struct {
	host  []byte // of syslog's line, or Options.Host
	stamp []byte // as written
	rest  []byte // all that follows it
	time  int64  // ms since 1970 UTC
	id    []byte // nil when the line is about no message
	text  []byte
}

// split takes a line apart, and reports whether it has a stamp as Exim writes it.
// The clock is not advanced.
func (r *record) split(clock *stamp.Clock, b []byte) bool {
	const date = len("2006-01-02")
	if len(b) <= date || !scan.IsDigit(b[0]) || b[date] != ' ' {
		return false
	}
	ms, n := clock.Scan(b)
	if n == 0 {
		return false
	}
	r.stamp, r.rest, r.time = b[:n], b[n:], ms
	r.about(b[n+1:])
	return true
}

// about reads what follows the stamp.
func (r *record) about(b []byte) {
	r.text = skipPID(b)
	r.id = nil
	if n := idLen(r.text); n > 0 && n < len(r.text) && r.text[n] == ' ' {
		r.id, r.text = r.text[:n], r.text[n+1:]
	}
}

// skipPID takes "[123] " off.
func skipPID(s []byte) []byte {
	if len(s) == 0 || s[0] != '[' {
		return s
	}
	if _, rest, ok := scan.Number(s[1:]); ok {
		if rest, ok := scan.After(rest, "] "); ok {
			return rest
		}
	}
	return s
}

// The two forms of message ids: seconds, process, fraction, in base 62 or 36.
const (
	oldID = len("1abcde-0001Ab-2C")        // before 4.97
	newID = len("1abcde-00000001AbC-2DeF") // since
)

// idLen returns the length of the message id that s begins with, 0 when there is
// none.
func idLen[T scan.Text](s T) int {
	switch {
	case len(s) >= newID && s[6] == '-' && s[18] == '-' && allLetters(s[:6]) && allLetters(s[7:18]) && allLetters(s[19:newID]):
		return newID
	case len(s) >= oldID && s[6] == '-' && s[13] == '-' && allLetters(s[:6]) && allLetters(s[7:13]) && allLetters(s[14:oldID]):
		return oldID
	}
	return 0
}

// allLetters reports whether s has letters and digits only.
func allLetters[T scan.Text](s T) bool {
	other := uint8(0)
	for i := range len(s) { // to its end, without a branch to be guessed
		other |= noLetter[s[i]]
	}
	return other == 0
}

// noLetter tells what is no letter or digit of ASCII: 1.
var noLetter = func() (t [256]uint8) {
	for c := range t {
		t[c] = 1
	}
	for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		t[c] = 0
	}
	return t
}()
