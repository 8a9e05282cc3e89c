package shape

import (
	"slices"
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
)

const (
	// Max is how many shapes are told apart.
	Max = 1000
	// Other is the shape of the lines of all further ones.
	Other = "other"
	// maxExamples is how many lines of a shape are kept.
	maxExamples = 3
	// maxExample is how much of such a line is kept.
	maxExample = 1024
)

// A Table counts one stream's lines by shape. It is for one goroutine.
type Table struct {
	stream  string
	raw     bool
	shapes  map[string]*counted
	news    []*counted // that News has not told
	scratch []byte
}

// counted is a shape, and whether its count changed since it was handed out.
type counted struct {
	schemas.Unparsed
	changed bool
}

// NewTable returns a table for a stream. Raw keeps its examples as they were read.
func NewTable(stream string, raw bool) *Table {
	return &Table{stream: stream, raw: raw, shapes: make(map[string]*counted)}
}

// Count counts a line; at is the stream's time.
func (t *Table) Count(line sources.Line, at int64) {
	u := t.of(line.Data)
	u.changed = true
	if u.Lines++; u.First == 0 {
		u.First = at
	}
	u.Last = max(u.Last, at)
	if len(u.Examples) < maxExamples {
		u.Examples = append(u.Examples, t.example(line.Data))
		u.File, u.Offset = line.File, line.Offset
	}
}

// of returns what is known of a line's shape.
func (t *Table) of(line []byte) *counted {
	t.scratch = Append(t.scratch[:0], line)
	if u := t.shapes[string(t.scratch)]; u != nil {
		return u
	}
	name := string(t.scratch)
	if len(t.shapes) >= Max {
		name = Other
	}
	u := t.shapes[name]
	if u == nil {
		u = &counted{Unparsed: schemas.Unparsed{Stream: t.stream, Shape: name}}
		t.shapes[name] = u
		t.news = append(t.news, u)
	}
	return u
}

func (t *Table) example(line []byte) []byte {
	if !t.raw {
		t.scratch = Redact(t.scratch[:0], line)
		line = t.scratch
	}
	return slices.Clone(cut(line, maxExample))
}

// Changed calls fn for every shape whose count changed since the last call.
func (t *Table) Changed(fn func(*schemas.Unparsed)) {
	for _, u := range t.shapes {
		if u.changed {
			fn(&u.Unparsed)
			u.changed = false
		}
	}
}

// News returns the most frequent of the shapes that came up since the last call, and
// how many others did; nil for none. It is valid until the next line.
func (t *Table) News() (u *schemas.Unparsed, others int) {
	for _, c := range t.news {
		if u == nil || c.Lines > u.Lines {
			u = &c.Unparsed
		}
	}
	others = max(0, len(t.news)-1)
	t.news = t.news[:0]
	return u, others
}

// Load takes back what Changed handed out.
func (t *Table) Load(u *schemas.Unparsed) { t.shapes[u.Shape] = &counted{Unparsed: *u} }

// Ranked returns all shapes, the most frequent first.
func (t *Table) Ranked() []schemas.Unparsed {
	all := make([]schemas.Unparsed, 0, len(t.shapes))
	for _, u := range t.shapes {
		all = append(all, u.Unparsed)
	}
	slices.SortFunc(all, func(a, b schemas.Unparsed) int {
		switch {
		case a.Lines > b.Lines:
			return -1
		case a.Lines < b.Lines:
			return 1
		}
		return strings.Compare(a.Shape, b.Shape)
	})
	return all
}
