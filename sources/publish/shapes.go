package publish

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

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

// Unparsed is a value of mail.unparsed, behind a version byte, as msgpack: all
// lines of one shape that a stream had since its beginning. The newest record of
// a key (stream, a zero byte, shape) is the whole truth.
type Unparsed struct {
	Stream   string   `msgpack:"stream"`
	Shape    string   `msgpack:"shape"`
	Lines    uint64   `msgpack:"lines"`
	Examples [][]byte `msgpack:"examples"` // the first ones, cut
	File     string   `msgpack:"file"`     // where the newest of the examples was read
	Offset   int64    `msgpack:"offset"`

	dirty bool
}

// DecodeUnparsed reads a value of mail.unparsed.
func DecodeUnparsed(value []byte) (Unparsed, error) {
	var u Unparsed
	if err := decodeVersioned(value, &u); err != nil {
		return Unparsed{}, fmt.Errorf("decode unparsed lines: %w", err)
	}
	return u, nil
}

// shapes counts a stream's unparsed lines.
type shapes struct {
	stream string
	all    map[string]*Unparsed
	buf    []byte
}

func newShapes(stream string) *shapes {
	return &shapes{stream: stream, all: make(map[string]*Unparsed)}
}

func (s *shapes) count(line sources.Line) {
	s.buf = appendShape(s.buf[:0], line.Data)
	u := s.all[string(s.buf)]
	if u == nil {
		shape := string(s.buf)
		if len(s.all) >= maxShapes {
			shape = otherShape
		}
		if u = s.all[shape]; u == nil {
			u = &Unparsed{Stream: s.stream, Shape: shape}
			s.all[shape] = u
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
	u, err := DecodeUnparsed(value)
	if err != nil {
		return err
	}
	s.all[u.Shape] = &u
	return nil
}

// flushShapes publishes and keeps the shapes whose count has changed: as the
// counts are absolute, a line that is read again after a crash counts once.
func (s *Stream) flushShapes() {
	put := s.putter(s.wave.checkpoint, partShape)
	for shape, u := range s.shapes.all {
		if !u.dirty {
			continue
		}
		value, err := msgpack.Marshal(u)
		if err != nil {
			continue // a struct of texts and numbers always encodes
		}
		value = append([]byte{checkpointVersion}, value...)
		s.wave.add(s.wave.unparsed, s.opts.Name+"\x00"+shape, value)
		id := schemas.HashEvent(shape)
		_ = put(id[:], value) // a batch keeps its error until Commit
		u.dirty = false
	}
}
