package intake

import "time"

// Status says how an intake is doing.
type Status struct {
	// Lag is how many offsets are not written yet, over all its partitions.
	Lag int64
	// Skipped is how many records were passed over since they were of no use.
	Skipped uint64
	// LastError is why it waits; nil when it does not.
	LastError error
	// WaitingSince is when the trouble began; the zero time when there is none.
	WaitingSince time.Time
}

// Status says how the partitions that are consumed just now are doing. Of
// several that wait the one which waits longest tells why.
func (in *Intake) Status() Status {
	p := &in.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	var s Status
	for _, at := range p.at {
		s.Skipped += at.skipped
		s.Lag += max(at.end-at.done, 0)
		if !at.since.IsZero() && (s.WaitingSince.IsZero() || at.since.Before(s.WaitingSince)) {
			s.LastError, s.WaitingSince = at.err, at.since
		}
	}
	return s
}
