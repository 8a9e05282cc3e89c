package publish

import (
	"context"
	"time"

	"mailfate/sources/tail"
)

// follow reads until ctx ends; that is no error, unless publishing has failed.
func (s *Stream) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		idle := s.next() == tail.Idle
		s.followClock(idle)
		s.warnOfMore()
		s.warnOfProblems()
		if s.lingered() || s.checkpointDue() || s.wave.clock != 0 {
			if err := s.flush(s.checkpointDue() || s.wave.clock != 0); err != nil {
				return err
			}
		}
		if idle {
			if err := s.opts.Reader.Wait(ctx, s.patience()); err != nil {
				return nil //nolint:nilerr // ctx has ended, which is how a follower is stopped
			}
		}
	}
	return nil
}

// lingered reports whether the wave is full or has waited long enough.
func (s *Stream) lingered() bool {
	n := len(s.wave.arena)
	return n >= s.opts.BatchBytes || n > 0 && time.Since(s.filled) >= s.opts.Linger
}

// patience is how long nothing is to be done unless something is added.
func (s *Stream) patience() time.Duration {
	limit := s.opts.ClockEvery
	if len(s.wave.arena) > 0 {
		limit = min(limit, s.opts.Linger-time.Since(s.filled))
	}
	if s.dirty {
		limit = min(limit, s.opts.CheckpointEvery-time.Since(s.kept))
	}
	return max(limit, time.Millisecond)
}
