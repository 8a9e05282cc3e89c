package powermta

import (
	"bytes"
	"math"
)

// maxColumns is how many columns a record may have.
const maxColumns = 512

// A shape is what a line turned out to be.
type shape uint8

const (
	whole shape = iota
	unclosed
	malformed
)

// A record is the values of one record by their columns.
type record struct {
	line    []byte
	doubled []byte // the values that had doubled quotes, as they are meant
	places  [columnCount]place
	n       int // of values, also of those that are not kept
}

// A place is where a value stands, which costs less than a view of it.
type place struct {
	start, end int32
	in         text
}

// A text is what values stand in.
type text uint8

const (
	nowhere text = iota // there is no such column
	inLine
	inDoubled
)

// value is a column's value; nil when there is no such column.
func (r *record) value(c column) []byte {
	p := &r.places[c]
	switch p.in {
	case inLine:
		return r.line[p.start:p.end]
	case inDoubled:
		return r.doubled[p.start:p.end]
	}
	return nil
}

// split reads the values of a record (RFC 4180, 2).
func (r *record) split(line []byte, columns []column) shape {
	if len(line) > math.MaxInt32 {
		return malformed
	}
	r.line, r.doubled = line, r.doubled[:0]
	r.places = [columnCount]place{}
	i := 0
	for r.n = 0; r.n < maxColumns; r.n++ {
		p := place{start: int32(i), in: inLine}
		if i < len(line) && line[i] == '"' {
			var s shape
			if p, i, s = r.quoted(i + 1); s != whole {
				return s
			}
		} else {
			i = comma(line, i)
			p.end = int32(i)
		}
		if r.n < len(columns) {
			r.places[columns[r.n]] = p
		}
		if i == len(line) {
			r.n++
			return whole
		}
		i++
	}
	return malformed
}

// comma returns where the next comma stands; the line's end when there is none.
func comma(line []byte, i int) int {
	if i < len(line) && line[i] == ',' { // many values are empty
		return i
	}
	if n := bytes.IndexByte(line[i:], ','); n >= 0 {
		return i + n
	}
	return len(line)
}

// quoted reads a value in quotes, behind the first of them, and returns where it
// ends. Two quotes in it stand for one.
//
//	escaped = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE
func (r *record) quoted(i int) (p place, end int, _ shape) {
	line := r.line
	p = place{start: int32(i), in: inLine}
	for {
		n := bytes.IndexByte(line[i:], '"')
		if n < 0 {
			return p, 0, unclosed
		}
		last := i + n
		end = last + 1
		switch {
		case end < len(line) && line[end] == '"':
			if p.in == inLine {
				p = place{start: int32(len(r.doubled)), in: inDoubled}
			}
			r.doubled = append(r.doubled, line[i:end]...)
			i = end + 1
			continue
		case end < len(line) && line[end] != ',':
			return p, 0, malformed
		}
		p.end = int32(last)
		if p.in == inDoubled {
			r.doubled = append(r.doubled, line[i:last]...)
			p.end = int32(len(r.doubled))
		}
		return p, end, whole
	}
}
