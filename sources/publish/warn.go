package publish

import (
	"time"

	"mailfate/sources/stray"
)

// warnEvery is how often a stream that is followed says at most what is not read.
const warnEvery = time.Minute

// warnOfMore tells, while lines come in, of the shapes of lines that were not
// understood before, and of lines that another type of source would read.
func (s *Stream) warnOfMore() {
	now := s.opts.Now()
	if now.Sub(s.told) < warnEvery {
		return
	}
	if u, more := s.shapes.News(); u != nil {
		s.told = now
		s.opts.Logger.Warn("lines are not understood", "stream", s.opts.Name, "shape", u.Shape, "lines", u.Lines, "more_new_shapes", more)
	}
	if s.warnOfStrays() {
		s.told = now
	}
}

// warnOfAll tells, at a stream's end, what looks like a mistake of its type.
func (s *Stream) warnOfAll() {
	if s.warnOfStrays() {
		return
	}
	t := s.total()
	if w := stray.Fruitless(s.opts.Type, s.opts.Path, t.Lines, t.Events+t.Context); w != "" {
		s.opts.Logger.Warn("is its type right?", "stream", s.opts.Name, "problem", w)
	}
}

// warnOfStrays reports whether it told, now or before, of lines of other types.
func (s *Stream) warnOfStrays() bool {
	if s.strayTold {
		return true
	}
	w := s.strays.Warning(s.opts.Type, s.opts.Path, s.opts.Reader.Counts().Lines)
	if w != "" {
		s.strayTold = true
		s.opts.Logger.Warn("is its type right?", "stream", s.opts.Name, "problem", w)
	}
	return s.strayTold
}
