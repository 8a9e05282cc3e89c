package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A chart's measures, in units that are a pixel or so where it is as wide as a phone.
const (
	chartWidth = 440
	lineHeight = 230 // of a chart with lines
	plotLeft   = 52
	plotRight  = chartWidth - 14
	plotTop    = 10
	plotBottom = lineHeight - 26
	barPitch   = 32 // from bar to bar
	barTop     = 17 // below its label
	// dotted is up to how many points are marked as such.
	dotted = 40
	// mostPoints is from how many points on those at the same place are drawn as one.
	mostPoints = 1000
	// mostLabel is how wide the name of a bar may be, in letters.
	mostLabel = 44
)

// at is a place or a length in a chart.
type at float64

func (a at) String() string {
	if f := float64(a); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return strconv.FormatFloat(math.Round(10*f)/10, 'f', -1, 64)
	}
	return "0"
}

// chart is what the template draws: bars or lines.
type chart struct {
	ID                   string
	Title, Caption, Desc string
	Height               at
	Bars                 []bar
	Lines                []line
	XTicks, YTicks       []tick
}

type bar struct {
	Label, Whole, Value       string
	LabelAt, BarAt, BarLength at
}

type line struct {
	Name, Path string
	Class      string
	Dots       []dot
}

type dot struct{ X, Y at }

type tick struct {
	At     at
	Label  string
	Anchor string
}

// value is one of a chart's, with its name.
type value struct {
	name string
	n    float64
	text string
}

// bars draws values below each other.
func bars(kind Kind, values []value) (drawn []bar, height at) {
	most := 0.0
	for _, v := range values {
		most = max(most, finite(v.n))
	}
	scale := newAxis(kind, most)
	for i, v := range values {
		top := at(i * barPitch)
		drawn = append(drawn, bar{
			Label: fit(v.name), Whole: v.name, Value: v.text,
			LabelAt: top + 12, BarAt: top + barTop,
			BarLength: at(scale.share(finite(v.n)) * chartWidth),
		})
	}
	return drawn, at(len(values)*barPitch + 2)
}

// fit cuts a name that has no room above its bar; letters of Asia are twice as wide.
func fit(name string) string {
	width := 0
	for i, r := range name {
		width++
		if r >= 0x1100 {
			width++
		}
		if width > mostLabel && i+utf8.RuneLen(r) < len(name) {
			return name[:i] + "…"
		}
	}
	return name
}

// finite is a number that can be drawn.
func finite(n float64) float64 {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n
}

// point is a number of a unit of time.
type point struct {
	at  time.Time
	n   float64
	cut bool // no line leads to it
}

// span is what a time axis goes from and to, both beginnings of units.
type span struct {
	unit     string
	from, to time.Time
}

func (s span) x(t time.Time) at {
	whole := s.to.Sub(s.from)
	if whole <= 0 {
		return (plotLeft + plotRight) / 2
	}
	return plotLeft + at(float64(t.Sub(s.from))/float64(whole)*(plotRight-plotLeft))
}

// unitLabels are how each unit of time is named below a chart.
var unitLabels = map[string]string{"hour": "2 Jan 15:04", "day": "2 Jan", "week": "2 Jan", "month": "Jan 2006"}

// ticks name a few units of time, equally far from each other.
func (s span) ticks() []tick {
	const parts = 4
	whole := steps(s.unit, s.from, s.to)
	every := max(1, (whole+parts-1)/parts)
	layout := unitLabels[s.unit]
	if s.unit == "hour" && s.to.Sub(s.from) < 24*time.Hour {
		layout = "15:04"
	}
	if s.unit != "month" && s.from.Year() != s.to.Year() {
		layout = strings.Replace(layout, "2 Jan", "2 Jan 06", 1)
	}
	var ticks []tick
	for n := 0; n <= whole; n += every {
		t := step(s.unit, s.from, n)
		ticks = append(ticks, tick{At: s.x(t), Label: t.Format(layout), Anchor: anchor(s.x(t))})
	}
	return ticks
}

// anchor keeps a label inside of the chart.
func anchor(x at) string {
	if x > plotRight-30 {
		return "end"
	}
	return "middle"
}

// y is where a number lies.
func (a axis) y(n float64) at { return plotBottom - at(a.share(finite(n))*(plotBottom-plotTop)) }

func (a axis) ticks() []tick {
	var ticks []tick
	for n := range a.steps + 1 {
		ticks = append(ticks, tick{At: a.y(a.step * float64(n)), Label: a.label(n)})
	}
	return ticks
}

// whole says what happened where there are no points: of a unit that has none a count
// is zero, and of a rate nothing is known, so that its line is cut there.
func (s span) whole(kind Kind, points []point) []point {
	var all []point
	for i, p := range points {
		if i > 0 && steps(s.unit, points[i-1].at, p.at) > 1 {
			if p.cut = kind != KindCount; !p.cut {
				all = append(all, point{at: step(s.unit, points[i-1].at, 1)}, point{at: step(s.unit, p.at, -1)})
			}
		}
		all = append(all, p)
	}
	return all
}

// draw draws points that stand in the order of time.
func (s span) draw(scale axis, points []point) line {
	points = s.whole(scale.kind, points)
	few := len(points) <= dotted
	var l line
	var path strings.Builder
	for i, p := range s.thin(points) {
		x, y := s.x(p.at), scale.y(p.n)
		command := 'L'
		if i == 0 || p.cut {
			command = 'M'
		}
		fmt.Fprintf(&path, "%c%v %v", command, x, y)
		if few {
			l.Dots = append(l.Dots, dot{x, y})
		}
	}
	l.Path = path.String()
	return l
}

// thin leaves of many points at one place those that are seen: the least and the most.
func (s span) thin(points []point) []point {
	if len(points) <= mostPoints {
		return points
	}
	var kept []point
	for first := 0; first < len(points); {
		low, high, next := first, first, first
		cut := false
		for ; next < len(points) && s.pixel(points[next]) == s.pixel(points[first]); next++ {
			cut = cut || points[next].cut
			if points[next].n < points[low].n {
				low = next
			}
			if points[next].n > points[high].n {
				high = next
			}
		}
		kept = append(kept, points[min(low, high)])
		kept[len(kept)-1].cut = cut
		if low != high {
			kept = append(kept, point{at: points[max(low, high)].at, n: points[max(low, high)].n})
		}
		first = next
	}
	return kept
}

func (s span) pixel(p point) int { return int(s.x(p.at)) }
