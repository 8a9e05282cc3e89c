package powermta

import "bytes"

// maxColumns is how many columns a record may have.
const maxColumns = 512

// A shape is what a line turned out to be.
type shape uint8

const (
	whole shape = iota
	unclosed
	malformed
)

// A record is the values of one record by their columns. A value is nil when
// there is no such column. They are views of the line, or of the buffer in which
// those with doubled quotes are put together.
type record struct {
	values [columnCount][]byte
	n      int // of values, also of those that are not kept
	buf    []byte
}

// split reads the values of a record (RFC 4180, 2).
func (r *record) split(line []byte, columns []column) shape {
	r.values = [columnCount][]byte{}
	r.n, r.buf = 0, r.buf[:0]
	for more := true; more; r.n++ {
		var value []byte
		if len(line) > 0 && line[0] == '"' {
			var s shape
			if value, line, more, s = r.quoted(line[1:]); s != whole {
				return s
			}
		} else if i := bytes.IndexByte(line, ','); i >= 0 {
			value, line = line[:i], line[i+1:]
		} else {
			value, more = line, false
		}
		if r.n == maxColumns {
			return malformed
		}
		if r.n < len(columns) {
			r.values[columns[r.n]] = value
		}
	}
	return whole
}

// quoted reads a value in quotes, behind the first of them; more says that there
// is another value. Two quotes in it stand for one.
//
//	escaped = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE
func (r *record) quoted(s []byte) (value, rest []byte, more bool, _ shape) {
	start := len(r.buf)
	for {
		i := bytes.IndexByte(s, '"')
		if i < 0 {
			return nil, nil, false, unclosed
		}
		after := s[i+1:]
		switch {
		case len(after) > 0 && after[0] == '"':
			r.buf = append(r.buf, s[:i+1]...)
			s = after[1:]
			continue
		case len(after) > 0 && after[0] != ',':
			return nil, nil, false, malformed
		}
		value = s[:i]
		if len(r.buf) > start {
			r.buf = append(r.buf, value...)
			value = r.buf[start:]
		}
		if len(after) == 0 {
			return value, nil, false, whole
		}
		return value, after[1:], true, whole
	}
}
