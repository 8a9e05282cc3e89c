package publish

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"mailfate/sources/tail"
)

const (
	// lookEvery is how often a stream that is followed looks for what cannot be read.
	lookEvery = time.Second
	// remindEvery is how often it says at most that something still cannot be.
	remindEvery = time.Hour
	// maxTold is how many of them are named at once; the others are counted.
	maxTold = 10
)

// trouble is something that cannot be read, or could not be a short while ago.
type trouble struct {
	told time.Time
	text string
	open bool // it was told, and not yet that it is over
}

// warnOfProblems tells of what cannot be read when that is new, when it lasts, and
// when it is over. What comes and goes is told as seldom as anything else.
func (s *Stream) warnOfProblems() {
	now := s.opts.Now()
	if now.Sub(s.looked) < lookEvery {
		return
	}
	s.looked = now
	problems := s.opts.Reader.Problems()
	said := make(map[string]string) // by what it is said of
	for _, err := range problems {
		name := subject(err)
		said[name] = strings.TrimPrefix(said[name]+"; "+err.Error(), "; ")
	}
	told := 0
	for _, name := range slices.Sorted(maps.Keys(said)) {
		t := s.troubles[name]
		if t == nil {
			t = &trouble{}
			s.troubles[name] = t
		}
		if !t.due(now, said[name]) {
			continue
		}
		t.told, t.text, t.open = now, said[name], true
		if told++; told <= maxTold {
			s.opts.Logger.Warn("cannot be read", "stream", s.opts.Name, "problem", t.text)
		}
	}
	if told > maxTold {
		s.opts.Logger.Warn("more cannot be read", "stream", s.opts.Name, "problems", told-maxTold)
	}
	s.tellOver(now, said)
	if n := uint64(len(problems)); n != s.problems {
		s.problems = n
		s.share()
	}
}

// due reports whether a trouble is to be told, now that this is said of it.
func (t *trouble) due(now time.Time, text string) bool {
	switch quiet := now.Sub(t.told); {
	case t.told.IsZero():
		return true
	case t.open && t.text == text:
		return quiet >= remindEvery
	default:
		return quiet >= warnEvery
	}
}

// tellOver tells of the troubles that are over.
func (s *Stream) tellOver(now time.Time, said map[string]string) {
	over := 0
	for name, t := range s.troubles {
		switch {
		case said[name] != "":
		case t.open:
			t.open = false
			if over++; over <= maxTold {
				s.opts.Logger.Info("is no longer a problem", "stream", s.opts.Name, "name", name)
			}
		case now.Sub(t.told) >= warnEvery:
			delete(s.troubles, name)
		}
	}
	if over > maxTold {
		s.opts.Logger.Info("more are no longer problems", "stream", s.opts.Name, "problems", over-maxTold)
	}
}

// subject is what a problem is of; what is said of it may be other words each time.
func subject(err error) string {
	if fe := new(tail.FileError); errors.As(err, &fe) {
		return fe.Path
	}
	return err.Error()
}
