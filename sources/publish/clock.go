package publish

// streamTime is how far the stream's time has come. A line that is dated more
// than a day ahead must not let every timer run out, so its stamp does not count.
func (s *Stream) streamTime() int64 {
	t := s.parser.Time()
	if t > s.horizon {
		return s.stats.Newest
	}
	return t
}

// tell puts a clock into the wave, if time has gone on since the last.
func (s *Stream) tell(t int64) {
	s.unsentTime = false
	if t <= s.stats.Clock {
		return
	}
	s.stats.Clock = t
	s.wave.clock = t
	s.clocked = s.opts.Now()
}

// followClock tells the time every now and then. While the log is silent, and
// only when all of it has been read, the wall clock is the stream's.
func (s *Stream) followClock(idle bool) {
	now := s.opts.Now()
	if now.Sub(s.clocked) < s.opts.ClockEvery {
		s.unsentTime = false // the next one will say it
		return
	}
	t := s.streamTime()
	if idle && t > 0 && now.Sub(s.lastLine) >= s.opts.IdleAfter {
		t = max(t, now.UnixMilli())
	}
	s.tell(t)
}
