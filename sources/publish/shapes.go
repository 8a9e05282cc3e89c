package publish

import "mailfate/schemas"

// loadShape takes back what flushShapes kept.
func (s *Stream) loadShape(value []byte) error {
	u, err := schemas.NewDecoder().Unparsed(value)
	if err == nil {
		s.shapes.Load(&u)
	}
	return err
}

// flushShapes publishes and keeps the shapes whose count has changed: as the
// counts are absolute, a line that is read again after a crash counts once.
func (s *Stream) flushShapes() {
	put := s.putter(s.wave.checkpoint, partShape)
	s.shapes.Changed(func(u *schemas.Unparsed) {
		value, err := s.enc.Unparsed(u)
		if err != nil {
			return // a struct of texts and numbers always encodes
		}
		s.wave.add(s.wave.unparsed, schemas.UnparsedKey(s.opts.Name, u.Shape), value)
		id := schemas.HashEvent(u.Shape)
		_ = put(id[:], value) // a batch keeps its error until Commit
	})
}
