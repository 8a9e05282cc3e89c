// Package syslog takes the lines of syslog apart, as far as all programs write
// them alike, by whatever way they come; the first byte tells them apart:
//
//	STAMP HOST TAG[PID]: TEXT                  a file, with stamps of RFC 3164 or RFC 3339
//	<PRI>STAMP HOST TAG[PID]: TEXT             as sent by RFC 3164
//	<PRI>1 STAMP HOST TAG PID ID DATA TEXT     as sent by RFC 5424
//	LENGTH <PRI>…                              either, in the frames of RFC 6587, one a line
//	{"MESSAGE":…,"_HOSTNAME":…}                as journalctl -o json exports it
//
// It is pure and keeps no copy: the fields of a Line are parts of the line's
// bytes, or of the Line's own, and valid until the next one is taken apart. What
// is longer than the limits of jsonline (a message that is no text, of more than
// 1024 bytes) is no line.
package syslog

import (
	"bytes"

	"mailfate/sources/jsonline"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
)

// A Line is one line, taken apart.
type Line struct {
	Stamp []byte // as written
	Rest  []byte // all that follows the stamp
	Time  int64  // ms since 1970 UTC

	*Origin
	PID  int64 // 0 when it does not say
	Text []byte

	origins origins
	unnamed Origin // one without a process id is not remembered
	json    jsonline.Scanner
	rest    []byte // of what did not come in a file's form
}

// Split takes a line apart, and reports whether it is one of syslog. clock reads
// its stamp, and is not advanced.
func (l *Line) Split(clock *stamp.Clock, b []byte) bool {
	// After a power cut a file can hold a run of zeros before the next line.
	if len(b) > 0 && b[0] == 0 {
		b = bytes.TrimLeft(b, "\x00")
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	if len(b) == 0 {
		return false
	}
	if l.plain(clock, b) {
		return true
	}
	if b[0] == '{' {
		return l.journal(b)
	}
	if b = unframed(b); b[0] == '<' {
		return l.prioritised(clock, b)
	}
	return false
}

// plain reads a line as files have it.
func (l *Line) plain(clock *stamp.Clock, b []byte) bool {
	ms, n := clock.Scan(b)
	if n == 0 {
		return false
	}
	l.Stamp, l.Rest, l.Time = b[:n], b[n:], ms
	return l.afterStamp()
}

// MaxRepeats is how often a line can be repeated for its reader to take it in: its
// events come that many times at once.
const MaxRepeats = 1000

// Repeated reads "message repeated 3 times: [ TEXT]", by which a syslog server
// stands for identical lines: how many, and the text of each. n is greater than
// MaxRepeats when there are too many.
func Repeated(s []byte) (n int, text []byte, ok bool) {
	if len(s) == 0 || s[0] != 'm' {
		return 0, nil, false
	}
	s, ok = scan.After(s, "message repeated ")
	if !ok {
		return 0, nil, false
	}
	times, s, ok := scan.Number(s)
	if !ok {
		return 0, nil, false
	}
	s, ok = scan.After(s, " times: [ ")
	if !ok {
		return 0, nil, false
	}
	return int(min(max(times, 1), MaxRepeats+1)), bytes.TrimSuffix(s, []byte{']'}), true
}
