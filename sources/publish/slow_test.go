package publish

import (
	"bytes"
	"slices"

	"mailfate/sources"
	"mailfate/sources/tail"
)

// slowReader hands out what another reader read, a few lines at each Next. Its
// position is the number of lines.
type slowReader struct {
	tail.Reader
	lines  []sources.Line
	loaded bool
	next   int
	start  int
}

const slowLines = 7

func (r *slowReader) Next(fn func(sources.Line)) tail.Status {
	if !r.loaded {
		for r.Reader.Next(func(l sources.Line) {
			l.Data = bytes.Clone(l.Data)
			r.lines = append(r.lines, l)
		}) != tail.Idle {
		}
		r.loaded = true
	}
	part := slices.Clone(r.lines[min(r.next, len(r.lines)):min(r.next+slowLines, len(r.lines))])
	if len(part) == 0 {
		return tail.Idle
	}
	r.next += len(part)
	for _, l := range part {
		fn(l)
	}
	return tail.More
}

func (r *slowReader) Counts() tail.Counts {
	var c tail.Counts
	c.Lines = uint64(r.next - r.start)
	return c
}

func (r *slowReader) Changes(put func(key, value []byte) error) error {
	return put([]byte("at"), []byte{byte(r.next), byte(r.next >> 8)})
}

func (r *slowReader) Load(_, value []byte) error {
	r.next = int(value[0]) | int(value[1])<<8
	r.start = r.next
	return nil
}
