package publish

import (
	"slices"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
)

// parse parses one line.
func (s *Stream) parse(line sources.Line) {
	s.line = line
	r := s.parser.Line(line, s.emit)
	s.stats.count(r)
	s.strays.Take(line, r)
	if r.Outcome == sources.Unparsed {
		s.shapes.Count(line, s.streamTime())
	}
	s.line.Data = nil
}

// event puts one event of the current line into the wave.
func (s *Stream) event(ev *schemas.Event) {
	ev.Stream = s.opts.Name
	ev.Bound()
	if ev.MessageID == "" {
		s.deadLetter(schemas.DeadMalformed, "event "+ev.Kind.String()+" without a message id", ev, nil)
		return
	}
	value, err := s.enc.Event(ev)
	switch {
	case err != nil:
		s.deadLetter(schemas.DeadMalformed, err.Error(), ev, nil)
	case len(value) > maxValue:
		s.deadLetter(schemas.DeadTooLarge, "event "+ev.Kind.String(), ev, nil)
	case ev.Time > s.horizon:
		detail := "event " + ev.Kind.String() + " of " + time.UnixMilli(ev.Time).UTC().Format(time.RFC3339)
		s.deadLetter(schemas.DeadFuture, detail, ev, slices.Clone(value))
	default:
		s.stats.Events++
		s.stats.Newest = max(s.stats.Newest, ev.Time)
		s.wave.add(s.wave.events, ev.MessageID, value)
	}
}

// deadLetter keeps an event that cannot be published, with its line; record, if
// not nil, is what somebody who knows better may publish.
func (s *Stream) deadLetter(reason schemas.DeadReason, detail string, ev *schemas.Event, record []byte) {
	s.stats.Dead++
	value, err := s.enc.DeadLetter(&schemas.DeadLetter{
		Reason: reason,
		Detail: detail,
		Bytes:  s.line.Data[:min(len(s.line.Data), maxDeadLine)],
		Event:  record,
		Stream: s.opts.Name,
		File:   s.line.File,
		Offset: s.line.Offset,
	})
	if err != nil {
		return // it is counted; a struct of texts and numbers always encodes
	}
	key := ev.MessageID
	if key == "" {
		key = s.opts.Name
	}
	s.wave.add(s.wave.dead, key, value)
}
