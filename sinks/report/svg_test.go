package report

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAxis(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		most float64
		want string
	}{
		{KindCount, 0, "0 1"},
		{KindCount, 3, "0 1 2 3"},
		{KindCount, 2769, "0 1 000 2 000 3 000"},
		{KindCount, 23_000, "0 5 000 10k 15k 20k 25k"},
		{KindCount, 7.1e6, "0 2M 4M 6M 8M"},
		{KindRatio, 0, "0.0 % 0.1 %"},
		{KindRatio, 0.004, "0.0 % 0.1 % 0.2 % 0.3 % 0.4 %"},
		{KindRatio, 1, "0 % 20 % 40 % 60 % 80 % 100 %"},
		{KindMilliseconds, 900, "0 ms 200 ms 400 ms 600 ms 800 ms 1 s"},
		{KindMilliseconds, 100_000, "0 ms 30 s 1 min 1 min 30 s 2 min"},
		{KindMilliseconds, 5 * 86_400_000, "0 ms 1 d 2 d 3 d 4 d 5 d"},
	} {
		a := newAxis(c.kind, c.most)
		var got []string
		for n := range a.steps + 1 {
			got = append(got, a.label(n))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s to %v: %s, want %s", c.kind, c.most, strings.Join(got, " "), c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for ms, want := range map[float64]string{0: "0 ms", 999: "999 ms", 1000: "1 s", 59_999: "59.9 s", 60_000: "1 min", 125_000: "2 min 5 s", 3_600_000: "1 h", 90_000_000: "1 d 1 h"} {
		if got := duration(ms); got != want {
			t.Errorf("%v ms: %s, want %s", ms, got, want)
		}
	}
}

// Of a day without messages a count is zero, and of a rate nothing is known.
func TestGaps(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	s := span{"day", day(1), day(9)}
	points := []point{{at: day(1), n: 1}, {at: day(5), n: 1}, {at: day(9), n: 1}}
	if got := s.draw(newAxis(KindCount, 1), points).Path; got != "M52 10L98.8 204L192.3 204L239 10L285.8 204L379.3 204L426 10" {
		t.Errorf("count: %s", got)
	}
	if got := s.draw(newAxis(KindRatio, 1), points).Path; got != "M52 10M239 10M426 10" {
		t.Errorf("rate: %s", got)
	}
}

func FuzzAxis(f *testing.F) {
	for _, most := range []float64{0, 1, -1, 0.001, 1e-300, 5e-324, 999.5, 1e300, math.MaxFloat64, math.Inf(1), math.NaN(), 1 << 53} {
		f.Add(most, most/3, int64(0), int64(3600))
		f.Add(most, 2*most, int64(-1<<40), int64(1<<40))
	}
	f.Fuzz(func(t *testing.T, most, n float64, from, to int64) {
		for _, kind := range []Kind{KindCount, KindRatio, KindMilliseconds} {
			checkAxis(t, newAxis(kind, most), most, n)
		}
		from, to = min(from, to)%(1<<33), max(from, to)%(1<<33)
		for unit := range layouts {
			s := span{unit, begins(unit, time.Unix(min(from, to), 0)), begins(unit, time.Unix(max(from, to), 0))}
			ticks := s.ticks()
			if len(ticks) == 0 || len(ticks) > 6 {
				t.Fatalf("%s from %v to %v: %d ticks", unit, s.from, s.to, len(ticks))
			}
			for _, tick := range ticks {
				if tick.At < plotLeft || tick.At > plotRight {
					t.Errorf("%s from %v to %v: a tick at %v", unit, s.from, s.to, tick.At)
				}
			}
			for _, kind := range []Kind{KindCount, KindRatio} {
				path := s.draw(newAxis(kind, most), []point{{at: s.from, n: n}, {at: s.to, n: most}}).Path
				checkPath(t, path)
			}
		}
	})
}

func checkAxis(t *testing.T, a axis, most, n float64) {
	t.Helper()
	if a.steps < 1 || a.steps > mostSteps+1 || !(a.step > 0) {
		t.Fatalf("%s to %v: %d steps of %v", a.kind, most, a.steps, a.step)
	}
	if most <= mostNumber && a.top() < most*(1-1e-9) {
		t.Errorf("%s to %v ends at %v", a.kind, most, a.top())
	}
	if s := a.share(n); !(s >= 0 && s <= 1) {
		t.Errorf("%v of %v is at %v", n, most, s)
	}
	for i := range a.steps + 1 {
		if l := a.label(i); strings.Contains(l, "NaN") || strings.Contains(l, "Inf") {
			t.Errorf("%s to %v: %q", a.kind, most, l)
		}
	}
}

func checkPath(t *testing.T, path string) {
	t.Helper()
	for pair := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == 'M' || r == 'L' }) {
		x, y, _ := strings.Cut(pair, " ")
		fx, err1 := strconv.ParseFloat(x, 64)
		fy, err2 := strconv.ParseFloat(y, 64)
		if err1 != nil || err2 != nil || fx < plotLeft || fx > plotRight || fy < plotTop || fy > plotBottom {
			t.Errorf("%q leads to %q", path, pair)
		}
	}
}

func FuzzFit(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := printable(s)
		got := fit(name)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > mostLabel+1 {
			t.Errorf("%q is drawn %q", s, got)
		}
		if cut, ok := strings.CutSuffix(got, "…"); got != name && (!ok || !strings.HasPrefix(name, cut)) {
			t.Errorf("%q is drawn %q", s, got)
		}
	})
}
