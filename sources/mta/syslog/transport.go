package syslog

import (
	"bytes"
	"strconv"

	"mailfate/sources/jsonline"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
)

// unframed takes the octet count off a frame of RFC 6587, 3.4.1, where one has
// been written on a line of its own: "123 <22>…". A count that is not the line's
// leaves it as it is, which is then no line of syslog.
func unframed(b []byte) []byte {
	n, rest, ok := scan.Number(b)
	if !ok || len(rest) < 2 || rest[0] != ' ' || rest[1] != '<' {
		return b
	}
	if left := n - int64(len(rest)-1); left < 0 || left > int64(len("\r\n")) {
		return b
	}
	return rest[1:]
}

// prioritised reads a message as it is sent, behind its priority: <22>.
func (l *Line) prioritised(clock *stamp.Clock, b []byte) bool {
	_, rest, ok := scan.Number(b[1:])
	if !ok || len(b)-len(rest) > len("<191") {
		return false
	}
	if rest, ok = scan.After(rest, ">"); !ok {
		return false
	}
	if rest, ok := scan.After(rest, "1 "); ok {
		return l.structured(clock, rest)
	}
	return l.plain(clock, rest)
}

// structured reads what follows the version in a message of RFC 5424, 6:
//
//	TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA[ MSG]
func (l *Line) structured(clock *stamp.Clock, b []byte) bool {
	ms, n := clock.Scan(b)
	if n == 0 {
		return false
	}
	var head [4][]byte // HOSTNAME, APP-NAME, PROCID, MSGID
	rest := b[n+1:]
	for i := range head {
		end := bytes.IndexByte(rest[:min(len(rest), maxHost+1)], ' ')
		if end <= 0 {
			return false
		}
		head[i], rest = rest[:end], rest[end+1:]
	}
	text, ok := withoutData(rest)
	if !ok {
		return false
	}
	pid, _, _ := scan.Number(head[2])
	l.Stamp, l.Time = b[:n], ms
	l.begin(head[0], head[1], pid)
	l.rest = append(l.rest, bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))...)
	return l.finish()
}

// maxElements is how many elements structured data may have.
const maxElements = 64

// withoutData skips structured data, "-" or [id name="value"…]…, and the blank
// behind it. In a value a backslash takes the meaning from what follows.
func withoutData(b []byte) (rest []byte, ok bool) {
	if rest, ok = scan.After(b, "-"); !ok {
		rest = b
		for range maxElements {
			if rest, ok = withoutElement(rest); !ok || len(rest) == 0 || rest[0] != '[' {
				break
			}
		}
	}
	if !ok || len(rest) == 0 {
		return rest, ok
	}
	return scan.After(rest, " ")
}

func withoutElement(b []byte) (rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '[' {
		return b, false
	}
	quoted := false
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case c == ']' && !quoted:
			return b[i+1:], true
		}
	}
	return b, false
}

// begin writes what stands in front of a text, in the form that all lines have in
// a file: so the same line is the same event by whatever way it comes.
func (l *Line) begin(host, tag []byte, pid int64) {
	l.rest = append(append(l.rest[:0], ' '), host...)
	l.rest = append(append(l.rest, ' '), tag...)
	if pid > 0 {
		l.rest = append(strconv.AppendInt(append(l.rest, '['), pid, 10), ']')
	}
	l.rest = append(l.rest, ": "...)
}

// finish reads what was written.
func (l *Line) finish() bool {
	l.Rest = l.rest
	ok := l.afterStamp()
	if cap(l.rest) > maxKept {
		l.rest = nil
	}
	return ok
}

// maxKept is the largest line whose room is kept for the next.
const maxKept = 64 << 10

// exported are the fields of a journal's entry that a line is made of; the
// others are not read.
type exported struct{ stamp, host, tag, pid, message jsonline.Value }

// journal reads an entry as journalctl -o json writes it (systemd's Journal JSON
// Format): an object of fields, each a text, or an array of bytes when it is none.
func (l *Line) journal(b []byte) bool {
	var e exported
	l.json.Object(b)
	for l.json.Next() {
		switch string(l.json.Key()) {
		case "__REALTIME_TIMESTAMP":
			e.stamp = l.json.Value()
		case "_HOSTNAME":
			e.host = l.json.Value()
		case "SYSLOG_IDENTIFIER":
			e.tag = l.json.Value()
		case "SYSLOG_PID":
			e.pid = l.json.Value()
		case "_PID":
			if e.pid.Type == jsonline.None {
				e.pid = l.json.Value()
			}
		case "MESSAGE":
			e.message = l.json.Value()
		}
	}
	us, rest, ok := scan.Number(e.stamp.Raw)
	if l.json.Err() != nil || !ok || len(rest) > 0 || e.host.Type != jsonline.String || e.tag.Type != jsonline.String {
		return false
	}
	pid, _, _ := scan.Number(e.pid.Raw)
	l.Stamp, l.Time = e.stamp.Raw, us/1000
	l.begin(e.host.Raw, e.tag.Raw, pid)
	return l.appendMessage(e.message) && l.finish()
}

// appendMessage appends a text or an array of bytes.
func (l *Line) appendMessage(v jsonline.Value) bool {
	switch v.Type {
	case jsonline.String:
		l.rest = v.AppendText(l.rest)
		return true
	case jsonline.Array:
		l.json.Array(v.Raw)
		for l.json.Next() {
			n, rest, ok := scan.Number(l.json.Value().Raw)
			if !ok || len(rest) > 0 || n > 255 {
				return false
			}
			l.rest = append(l.rest, byte(n))
		}
		return l.json.Err() == nil
	default:
		return false
	}
}
