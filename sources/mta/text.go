package mta

import (
	"bytes"
	"strings"

	"mailfate/schemas"
)

// NullSender is how an empty envelope sender is written (RFC 5321, 4.5.5).
const NullSender = "<>"

// Clip bounds what is kept of a line.
func Clip(b []byte) []byte { return b[:min(len(b), schemas.MaxText)] }

// maxPinned is the longest line that an event's texts may keep in memory.
const maxPinned = 8 << 10

// OwnCopy copies a text for the fields of an event, which are parts of it. Of a
// very long one the end is kept too, where brackets close and fields stand.
func OwnCopy(b []byte) string {
	if len(b) <= maxPinned {
		return string(b)
	}
	return strings.Join([]string{string(b[:maxPinned/2]), string(b[len(b)-maxPinned/2:])}, "…")
}

// Recent keeps the last text, since mailings have one sender for many messages.
type Recent struct{ last string }

// Text returns a text of its own with these bytes.
func (r *Recent) Text(b []byte) string {
	if r.last != string(b) {
		r.last = string(b)
	}
	return r.last
}

// AnyLine reports whether some line of a sample from the beginning of a file is what
// is looked for. The last line of the sample may be cut.
func AnyLine(sample []byte, is func(line []byte) bool) bool {
	for line := range bytes.Lines(sample) {
		if is(bytes.TrimSuffix(line, []byte{'\n'})) {
			return true
		}
	}
	return false
}
