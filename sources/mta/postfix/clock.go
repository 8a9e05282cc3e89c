package postfix

import "time"

// clock knows how far the stream's time has come and which year it is.
type clock struct {
	zone *time.Location
	year int // of the first stamp without one; 0 finds it from near

	// now is the largest stamp read.
	now int64
	// steady follows now by at most steadyStep a line, so that one line with a
	// wrong stamp does not make everything that is remembered look old.
	steady int64
	// near is where the next stamp is expected. It follows the stamps by at most
	// nearStep a line, which is as far as a stamp without a year can be away, so
	// that one with a wrong year does not take the others along.
	near    int64
	started bool

	last     []byte // the last stamp as written, and its time
	lastTime int64
	dirty    bool
}

const (
	steadyStep = 60 * 60 * 1000
	nearStep   = 183 * msPerDay
	// lateFirst is how long after the reference a stream's first line may be.
	lateFirst = 31 * msPerDay
)

func newClock(o Options) clock {
	c := clock{zone: o.Location, year: o.Year}
	if c.zone == nil {
		c.zone = time.UTC
	}
	if !o.Reference.IsZero() {
		c.near = o.Reference.UnixMilli()
	}
	return c
}

// inYear returns the time of a stamp without a year.
func (c *clock) inYear(month, day int, inDay int64) (ms int64, ok bool) {
	if !c.started && c.year != 0 {
		return local(c.year, month, day, inDay, c.zone), validDate(c.year, month, day)
	}
	middle := time.UnixMilli(c.near).In(c.zone).Year()
	best := int64(0)
	for y := middle - 1; y <= middle+1; y++ {
		if !validDate(y, month, day) {
			continue
		}
		t := local(y, month, day, inDay, c.zone)
		if !ok || c.better(t, best) {
			best, ok = t, true
		}
	}
	return best, ok
}

// better reports whether a is a better guess than b, an earlier year's: the
// first stamp should not be later than the reference, the others near those
// before them.
func (c *clock) better(a, b int64) bool {
	if !c.started {
		return a <= c.near+lateFirst
	}
	return distance(a, c.near) < distance(b, c.near)
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// advance takes a line's time in.
func (c *clock) advance(ms int64) {
	if !c.started {
		*c = clock{zone: c.zone, year: c.year, now: ms, steady: ms, near: ms, started: true, last: c.last, lastTime: c.lastTime, dirty: true}
		return
	}
	if ms == c.near && ms <= c.steady {
		return
	}
	c.now = max(c.now, ms)
	c.steady = max(c.steady, min(ms, c.steady+steadyStep))
	c.near = min(max(ms, c.near-nearStep), c.near+nearStep)
	c.dirty = true
}
