package syslog

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"mailfate/sources/mta/scan"
)

const (
	maxHost = 255 // RFC 1035, 2.3.4
	maxTag  = 128
)

// An Origin is who logged a line. A log has few, so they are remembered, and with
// them what the reader of the log makes of them.
type Origin struct {
	Host []byte
	Tag  []byte // nil when no program is named

	// Note is the reader's. It is of this origin as long as Noted, which the reader
	// sets; then it is to be written anew.
	Note  any
	Noted bool

	text []byte // HOST TAG, as it stands behind the stamp
}

// origins remembers as many as fit, each in the place that its text says.
type origins [64]Origin

// find returns the origin that a text begins with, if it is remembered, and what
// stands behind it: [PID]: TEXT.
func (o *origins) find(b []byte) (found *Origin, rest []byte) {
	i := bytes.IndexByte(b[:min(len(b), maxHost+maxTag)], '[')
	if i <= 0 {
		return nil, b
	}
	if found = o.place(b[:i]); string(found.text) != string(b[:i]) {
		return nil, b
	}
	return found, b[i:]
}

func (o *origins) place(text []byte) *Origin {
	const golden = 0x9e3779b97f4a7c15 // 2^64 by the golden ratio, which spreads what it multiplies
	hash := uint64(len(text))
	last := text[max(0, len(text)-8):]
	for ; len(text) >= 8; text = text[8:] {
		hash = bits.RotateLeft64(hash, 5) ^ binary.LittleEndian.Uint64(text)
	}
	if len(last) == 8 { // again with what is left over
		hash = bits.RotateLeft64(hash, 5) ^ binary.LittleEndian.Uint64(last)
	} else {
		for _, c := range last {
			hash = hash<<8 ^ uint64(c)
		}
	}
	return &o[(hash*golden>>32)%uint64(len(o))]
}

// remember makes room for an origin and writes it there.
func (o *origins) remember(text []byte, host int) *Origin {
	at := o.place(text)
	at.text = append(at.text[:0], text...)
	at.Host, at.Tag, at.Noted = at.text[:host], at.text[host+1:], false
	return at
}

// afterStamp reads the origin, the process id and the text.
//
//	HOST TAG[PID]: TEXT
func (l *Line) afterStamp() bool {
	b := l.Rest[1:]
	if found, rest := l.origins.find(b); found != nil {
		if pid, text, ok := cutPID(rest); ok {
			if l.Origin != found {
				l.Origin = found
			}
			l.PID, l.Text = pid, text
			return true
		}
	}
	return l.newOrigin(b)
}

// newOrigin reads one that is not remembered.
func (l *Line) newOrigin(b []byte) bool {
	host := bytes.IndexByte(b[:min(len(b), maxHost+1)], ' ')
	if host <= 0 {
		return false
	}
	l.unnamed.Host, l.unnamed.Tag, l.unnamed.Noted = b[:host], nil, false
	l.Origin, l.PID, l.Text = &l.unnamed, 0, b[host+1:]
	end := tagEnd(l.Text)
	if end == 0 {
		return true
	}
	pid, text, ok := cutPID(l.Text[end:])
	switch {
	case !ok:
	case l.Text[end] == '[':
		l.Origin, l.PID, l.Text = l.origins.remember(b[:host+1+end], host), pid, text
	default:
		l.unnamed.Tag, l.Text = l.Text[:end], text
	}
	return true
}

// tagEnd returns the length of a tag without its process id, as in
// postfix-out/relay/smtp[123]: or kernel:; 0 when there is none.
func tagEnd(b []byte) int {
	for i, c := range b[:min(len(b), maxTag)] {
		switch c {
		case '[', ':':
			return i
		case ' ':
			return 0
		}
	}
	return 0
}

// cutPID reads "[123]: " or ": ".
func cutPID(b []byte) (pid int64, rest []byte, ok bool) {
	if b[0] == '[' {
		n := 1
		for ; n < len(b) && n <= maxPID && scan.IsDigit(b[n]); n++ {
			pid = pid*10 + int64(b[n]-'0')
		}
		if n == 1 || n == len(b) || b[n] != ']' {
			return 0, b, false
		}
		b = b[n+1:]
	}
	if len(b) < 2 || b[0] != ':' || b[1] != ' ' {
		return pid, b, false
	}
	return pid, b[2:], true
}

// maxPID is how many digits a process id may have.
const maxPID = 18
