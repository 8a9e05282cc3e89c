package powermta

import "bytes"

// header is the columns that records have, and the line that named them.
type header struct {
	columns []column
	text    []byte // as written; nil while the columns are the default ones
	dirty   bool
}

// headerKey is the key under which it is saved.
const headerKey = 'h'

// read takes the columns of a line, and reports whether it is a header.
func (h *header) read(line []byte) bool {
	if h.text != nil && bytes.Equal(h.text, line) { // as when a file follows another
		return true
	}
	columns, ok := parseHeader(line)
	if !ok {
		return false
	}
	h.columns = columns
	h.text, h.dirty = append(h.text[:0], line...), true
	return true
}

// Changed reports whether it is another than was saved.
func (h *header) Changed() bool { return h.dirty }

// Saved notes that it was saved.
func (h *header) Saved() { h.dirty = false }

// Append appends the line.
func (h *header) Append(b []byte) []byte { return append(b, h.text...) }

// Load takes back what Append wrote.
func (h *header) Load(line []byte) bool {
	ok := h.read(line)
	h.dirty = false
	return ok
}
