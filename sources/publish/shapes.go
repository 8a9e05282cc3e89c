package publish

import (
	"mailfate/schemas"
	"mailfate/sources"
)

const (
	// maxShapes is how many shapes of unparsed lines a stream tells apart.
	maxShapes = 1000
	// otherShape takes the lines of all further ones.
	otherShape = "other"
	// maxExamples is how many lines of a shape are kept.
	maxExamples = 3
	// maxExample is how much of such a line is kept.
	maxExample = 1024
)

// shape is a shape's lines, and whether their count changed since it was kept.
type shape struct {
	schemas.Unparsed
	dirty bool
}

// shapes counts a stream's unparsed lines.
type shapes struct {
	stream string
	all    map[string]*shape
	buf    []byte
}

func newShapes(stream string) *shapes {
	return &shapes{stream: stream, all: make(map[string]*shape)}
}

func (s *shapes) count(line sources.Line) {
	s.buf = appendShape(s.buf[:0], line.Data)
	u := s.all[string(s.buf)]
	if u == nil {
		name := string(s.buf)
		if len(s.all) >= maxShapes {
			name = otherShape
		}
		if u = s.all[name]; u == nil {
			u = &shape{Unparsed: schemas.Unparsed{Stream: s.stream, Shape: name}}
			s.all[name] = u
		}
	}
	u.Lines++
	u.dirty = true
	if len(u.Examples) < maxExamples {
		example := line.Data[:min(len(line.Data), maxExample)]
		u.Examples = append(u.Examples, append([]byte(nil), example...))
		u.File, u.Offset = line.File, line.Offset
	}
}

func (s *shapes) load(value []byte) error {
	u, err := schemas.NewDecoder().Unparsed(value)
	if err != nil {
		return err
	}
	s.all[u.Shape] = &shape{Unparsed: u}
	return nil
}

// flushShapes publishes and keeps the shapes whose count has changed: as the
// counts are absolute, a line that is read again after a crash counts once.
func (s *Stream) flushShapes() {
	put := s.putter(s.wave.checkpoint, partShape)
	for name, u := range s.shapes.all {
		if !u.dirty {
			continue
		}
		value, err := s.enc.Unparsed(&u.Unparsed)
		if err != nil {
			continue // a struct of texts and numbers always encodes
		}
		s.wave.add(s.wave.unparsed, schemas.UnparsedKey(s.opts.Name, name), value)
		id := schemas.HashEvent(name)
		_ = put(id[:], value) // a batch keeps its error until Commit
		u.dirty = false
	}
}
