package process

import (
	"sync"
	"time"
)

const (
	// defaultSteady is how long a wall clock has to run evenly before it ends lives:
	// time enough for what sets a clock after a start.
	defaultSteady = time.Hour

	// clockLeap is how far a wall clock may stray from the time that passes and
	// still run evenly.
	clockLeap = time.Minute

	// maxBehind is how far a wall clock may be behind a record's time for the latter
	// to be believed: revisions follow it.
	maxBehind = 366 * 24 * time.Hour
)

// clockFloor is when nobody ran this yet: a clock that says less was never set.
var clockFloor = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// wallClock tells a wall clock that can be believed from one that was just set.
type wallClock struct {
	now     func() time.Time
	elapsed func() time.Duration // since some moment, however clocks are set
	steady  time.Duration

	mu    sync.Mutex
	base  time.Time     // what it said
	since time.Duration // when, by elapsed
}

func newWallClock(now func() time.Time, steady time.Duration) *wallClock {
	start := time.Now()
	return &wallClock{now: now, elapsed: func() time.Duration { return time.Since(start) }, steady: steady}
}

// read returns what the clock says, and whether it has run evenly for long enough.
func (c *wallClock) read() (now time.Time, steady bool) {
	now = c.now().Round(0) // wall time alone
	c.mu.Lock()
	defer c.mu.Unlock()
	elapsed := c.elapsed()
	if strayed := now.Sub(c.base) - (elapsed - c.since); c.base.IsZero() || strayed.Abs() > clockLeap {
		c.base, c.since = now, elapsed
	}
	return now, elapsed-c.since >= c.steady
}
