// Package stamp reads the time stamps of MTA logs, and knows what they do not
// say: the year and the zone. It has no clock of its own: time comes from the
// lines alone.
package stamp

import (
	"encoding/binary"
	"time"

	"mailfate/sources/saved"
)

// Clock knows how far the stream's time has come and which year it is.
type Clock struct {
	zone *time.Location
	year int // of the first stamp without one; 0 finds it from near

	now, steady int64 // as Now and Steady say
	// near is where the next stamp is expected. It follows the stamps by at most
	// nearStep a line, which is as far as a stamp without a year can be away, so
	// that one with a wrong year does not take the others along.
	near    int64
	started bool

	last     []byte // the last stamp as written, and its time
	lastTime int64
	second   int64 // the time of its second
	zoneAt   int   // where its zone begins, if it is one of RFC 3339 with a fraction
	dirty    bool
}

const (
	steadyStep = 60 * 60 * 1000
	nearStep   = 183 * msPerDay
	// lateFirst is how long after the reference a stream's first line may be.
	lateFirst = 31 * msPerDay
)

// Options say what the stamps themselves do not. The zero value is of use.
type Options struct {
	// Location is the zone of stamps that have none; nil is UTC.
	Location *time.Location

	// Year is the year of the first stamp that has none; 0 finds it from Reference.
	Year int

	// Reference is a date near the end of the stream's first file, such as when
	// it was last written. It tells the year of stamps without one: the first is
	// put at most a month after it and less than a year before, the following
	// ones nearest to those before them. Zero means 1970, so that it is noticed.
	Reference time.Time
}

// New returns the clock of one stream.
func New(o Options) Clock {
	c := Clock{zone: o.Location, year: o.Year}
	if c.zone == nil {
		c.zone = time.UTC
	}
	if !o.Reference.IsZero() {
		c.near = o.Reference.UnixMilli()
	}
	return c
}

// Now is how far the stream's time has come: the largest stamp, in ms since 1970 UTC.
func (c *Clock) Now() int64 { return c.now }

// Steady follows Now by at most an hour a line, so that one line with a wrong
// stamp does not make everything that is remembered look old.
func (c *Clock) Steady() int64 { return c.steady }

// Changed reports whether the clock went on since it was last saved.
func (c *Clock) Changed() bool { return c.dirty }

// Saved notes that it was saved.
func (c *Clock) Saved() { c.dirty = false }

// inYear returns the time of a stamp without a year.
func (c *Clock) inYear(month, day int, inDay int64) (ms int64, ok bool) {
	if !c.started && c.year != 0 {
		return c.local(c.year, month, day, inDay), validDate(c.year, month, day)
	}
	middle := time.UnixMilli(c.near).In(c.zone).Year()
	best := int64(0)
	for y := middle - 1; y <= middle+1; y++ {
		if !validDate(y, month, day) {
			continue
		}
		t := c.local(y, month, day, inDay)
		if !ok || c.better(t, best) {
			best, ok = t, true
		}
	}
	if !ok && !c.started && month == 2 && day == 29 {
		return c.local(leapYear(middle), month, day, inDay), true
	}
	return best, ok
}

// leapYear returns the last leap year before a year, or 1972: a stream that begins
// with a leap day is from then, whatever the date of its file.
func leapYear(year int) int {
	for year--; year > 1972; year-- {
		if validDate(year, 2, 29) {
			return year
		}
	}
	return 1972
}

// better reports whether a is a better guess than b, an earlier year's: the
// first stamp should not be later than the reference, the others near those
// before them.
func (c *Clock) better(a, b int64) bool {
	if !c.started {
		return a <= c.near+lateFirst
	}
	return distance(a, c.near) < distance(b, c.near)
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// Advance takes a line's time in.
func (c *Clock) Advance(ms int64) {
	if !c.started {
		c.now, c.steady, c.near, c.started, c.dirty = ms, ms, ms, true, true
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

// version is the first byte of a saved clock.
const version = 1

// Append appends the clock to b, as Load reads it.
func (c *Clock) Append(b []byte) []byte {
	b = append(b, version)
	b = binary.AppendVarint(b, c.now)
	b = binary.AppendVarint(b, c.steady)
	return binary.AppendVarint(b, c.near)
}

// Load takes back what Append wrote, and reports whether it could.
func (c *Clock) Load(b []byte) bool {
	r := saved.NewReader(b)
	ok := r.Byte() == version
	c.now, c.steady, c.near = r.Varint(), r.Varint(), r.Varint()
	c.started = true
	return ok && r.Done()
}
