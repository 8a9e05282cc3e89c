package report

import (
	"math"
	"strconv"
	"time"
)

// mostSteps is into how many parts an axis is divided at most.
const mostSteps = 5

// axis goes from 0 to top in equal steps, which are round numbers of its kind.
type axis struct {
	kind  Kind
	step  float64
	steps int
}

func (a axis) top() float64 { return a.step * float64(a.steps) }

// roundTimes are steps people count time in; more than a day is counted in days.
var roundTimes = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

const dayMS = float64(24 * time.Hour / time.Millisecond)

// mostNumber is more than anything that is counted.
const mostNumber = 1e21

// newAxis is the shortest axis that has room for most. Of nothing, and of what is no
// number, it is one step long.
func newAxis(kind Kind, most float64) axis {
	least := 1.0
	if kind == KindRatio {
		least = 0.001
	}
	if !(most > 0 && most <= mostNumber) {
		return axis{kind, least, 1}
	}
	step := max(round125(most/mostSteps), least)
	if kind == KindMilliseconds {
		step = roundTime(most / mostSteps)
	}
	return axis{kind, step, max(1, int(math.Ceil(most/step-1e-9)))}
}

// round125 is the least of …1, 2, 5, 10, 20, 50… that is not below a number.
func round125(x float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(x)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*ten >= x {
			return digit * ten
		}
	}
	return 10 * ten
}

func roundTime(ms float64) float64 {
	if ms <= 500 {
		return max(round125(ms), 1)
	}
	for _, d := range roundTimes {
		if round := float64(d / time.Millisecond); round >= ms {
			return round
		}
	}
	return dayMS * round125(max(ms/dayMS, 1))
}

// share is how far along the axis a value lies: from 0 to 1.
func (a axis) share(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, a.top()) / a.top()
}

// label names the n-th step.
func (a axis) label(n int) string {
	v := a.step * float64(n)
	switch a.kind {
	case KindRatio:
		decimals := max(0, int(-math.Floor(math.Log10(100*a.step)+1e-9)))
		return strconv.FormatFloat(100*v, 'f', decimals, 64) + " %"
	case KindMilliseconds:
		return duration(v)
	default:
		return short(v)
	}
}

// short writes a count in the room an axis has.
func short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e18, "E"}, {1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if v >= unit.size {
			if unit.size == 1e4 {
				unit.size = 1e3
			}
			return strconv.FormatFloat(v/unit.size, 'f', -1, 64) + unit.name
		}
	}
	return count(uint64(v))
}

// duration writes milliseconds as people say them, in two units at most.
func duration(ms float64) string {
	whole := func(size float64, name string, part float64, partName string) string {
		n, rest := math.Floor(ms/size), math.Floor(math.Mod(ms, size)/part)
		s := strconv.FormatFloat(n, 'f', 0, 64) + " " + name
		if rest > 0 {
			s += " " + strconv.FormatFloat(rest, 'f', 0, 64) + " " + partName
		}
		return s
	}
	const second, minute, hour = 1e3, 60e3, 3600e3
	switch {
	case ms >= dayMS:
		return whole(dayMS, "d", hour, "h")
	case ms >= hour:
		return whole(hour, "h", minute, "min")
	case ms >= minute:
		return whole(minute, "min", second, "s")
	case ms >= second:
		return strconv.FormatFloat(math.Floor(ms/100)/10, 'f', -1, 64) + " s"
	}
	return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
}
