package spool

import "time"

// run flushes when somebody waits, and every now and then; and it alone begins
// segments, so that no flush meets a file that was closed.
func (s *Spool) run() {
	defer close(s.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	var told time.Time
	var known uint64
	for {
		select {
		case <-s.stop:
			return
		case <-s.wake:
		case <-tick.C:
		}
		if s.flush() != nil || s.over() {
			s.next()
		}
		if now := time.Now(); now.Sub(told) >= tellEvery {
			known, told = s.tell(known), now
		}
	}
}

// flush brings to disk what was appended before.
func (s *Spool) flush() error {
	s.mu.Lock()
	c, out := s.pending, s.out
	if c.lines == 0 {
		s.mu.Unlock()
		return nil
	}
	s.pending = s.newCommit()
	s.mu.Unlock()
	if c.err = out.Sync(); c.err != nil {
		s.mu.Lock()
		s.lose(c.lines, c.err)
		s.mu.Unlock()
	}
	close(c.done)
	return c.err
}

// over reports whether the segment is large or old enough.
func (s *Spool) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size >= s.opts.SegmentBytes || s.size > 0 && s.opts.Now().Sub(s.began) >= s.opts.SegmentAge
}

// next begins a new segment; when that is not possible, the old one goes on.
func (s *Spool) next() {
	s.mu.Lock()
	old, pending := s.out, s.pending
	if err := s.begin(); err != nil {
		s.mu.Unlock()
		s.opts.Logger.Error("cannot begin a new segment of the spool", "dir", s.opts.Dir, "error", err)
		return
	}
	s.pending = s.newCommit()
	s.mu.Unlock()
	if pending.err = old.Sync(); pending.err != nil {
		s.mu.Lock()
		s.lose(pending.lines, pending.err)
		s.mu.Unlock()
	}
	close(pending.done)
	_ = old.Close() // it was flushed
}

// tell logs how many lines were lost, if there are more than are known.
func (s *Spool) tell(known uint64) uint64 {
	s.mu.Lock()
	lost, cause := s.lost, s.cause
	s.mu.Unlock()
	if lost > known {
		s.opts.Logger.Error("hits are answered, but lost: they cannot be kept until they are read; free space on the disk, or mend what keeps Kafka away",
			"lost", lost-known, "dir", s.opts.Dir, "error", cause)
	}
	return lost
}
