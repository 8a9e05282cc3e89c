package stamp

import (
	"testing"
	"time"
)

func TestStamps(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ref := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		options Options
		stamps  []string
		want    string
	}{
		{"year from the reference", Options{Reference: ref}, []string{"Nov 20 10:00:00"}, "2026-11-20T10:00:00Z"},
		{"not long after the reference", Options{Reference: ref}, []string{"Dec  1 10:00:00"}, "2026-12-01T10:00:00Z"},
		{"an old archive's beginning", Options{Reference: ref}, []string{"Jan  5 10:00:00"}, "2026-01-05T10:00:00Z"},
		{"the year before", Options{Reference: ref}, []string{"Dec 25 10:00:00"}, "2025-12-25T10:00:00Z"},
		{"a reference in January", Options{Reference: ref.AddDate(0, 2, 0)}, []string{"Nov 20 10:00:00"}, "2026-11-20T10:00:00Z"},
		{"year given", Options{Year: 2019, Reference: ref}, []string{"Nov 20 10:00:00"}, "2019-11-20T10:00:00Z"},
		{"year given, over New Year", Options{Year: 2019}, []string{"Dec 31 23:59:59", "Jan  1 00:00:00"}, "2020-01-01T00:00:00Z"},
		{"leap day of no year", Options{}, []string{"Feb 29 10:00:00"}, "1972-02-29T10:00:00Z"},
		{"leap day in a file of a later year", Options{Reference: ref}, []string{"Feb 29 10:00:00", "Mar  1 10:00:00"}, "2024-03-01T10:00:00Z"},
		{"leap day", Options{Year: 2020}, []string{"Feb 29 10:00:00"}, "2020-02-29T10:00:00Z"},
		{"several years", Options{Year: 2019}, []string{"Jun  1 00:00:00", "Oct  1 00:00:00", "Feb  1 00:00:00", "Jun  1 00:00:00", "Nov  1 00:00:00", "Mar  1 00:00:00"}, "2021-03-01T00:00:00Z"},
		{"out of order at New Year", Options{Year: 2019}, []string{"Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58"}, "2019-12-31T23:59:58Z"},
		{"zone, winter", Options{Year: 2026, Location: berlin}, []string{"Jan 15 10:00:00"}, "2026-01-15T09:00:00Z"},
		{"zone, summer", Options{Year: 2026, Location: berlin}, []string{"Jul 15 10:00:00"}, "2026-07-15T08:00:00Z"},
		{"mixed", Options{Year: 2026, Location: berlin}, []string{"2020-07-15T10:00:00+02:00", "Jul 16 10:00:00"}, "2020-07-16T08:00:00Z"},
		{"half an hour east", Options{}, []string{"2026-07-15T10:00:00.999999+05:30"}, "2026-07-15T04:30:00.999Z"},
		{"the program's own time", Options{Location: berlin}, []string{"2026-07-15 10:00:00.25"}, "2026-07-15T08:00:00.25Z"},
		{"the program's own time, with its zone", Options{Location: berlin}, []string{"2026-07-15 10:00:00 -0300"}, "2026-07-15T13:00:00Z"},
		{"clocks go back, the first time", Options{Year: 2026, Location: berlin}, []string{"Oct 25 01:59:59", "Oct 25 02:30:00"}, "2026-10-25T00:30:00Z"},
		{"clocks go back, the second time", Options{Year: 2026, Location: berlin}, []string{"Oct 25 02:59:59", "Oct 25 02:00:00", "Oct 25 02:30:00"}, "2026-10-25T01:30:00Z"},
		{"clocks went back", Options{Year: 2026, Location: berlin}, []string{"Oct 25 02:59:59", "Oct 25 02:00:00", "Oct 25 03:00:00"}, "2026-10-25T02:00:00Z"},
		{"clocks go forward", Options{Year: 2026, Location: berlin}, []string{"Mar 29 01:59:59", "Mar 29 03:00:00"}, "2026-03-29T01:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := New(c.options)
			var ms int64
			for _, stamp := range c.stamps {
				var n int
				if ms, n = clock.Scan([]byte(stamp + " mx1")); n != len(stamp) {
					t.Fatalf("%d bytes of %q are a stamp", n, stamp)
				}
				clock.Advance(ms)
			}
			if got := time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.999Z"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var loaded Clock
			if !loaded.Load(clock.Append(nil)) || loaded.Now() != clock.Now() || loaded.Steady() != clock.Steady() {
				t.Error("the clock is another after loading")
			}
		})
	}
}

func TestNoStamps(t *testing.T) {
	for _, s := range []string{
		"", " ", "2026-11-21", "2026-11-21T23:20:20 x", "2026-13-21 23:20:20 x", "2026-11-31 23:20:20 x", "2026-11-21 24:20:20 x",
		"2026-11-21T23:20:20+0200x", "Nov 21 23:20:20", "Nov 21 23:20:20x", "Nov 00 23:20:20 x", "Feb 30 23:20:20 x", "Nie 21 23:20:20 x", "2026-11-21 23:20:2",
	} {
		clock := New(Options{})
		if ms, n := clock.Scan([]byte(s)); n != 0 {
			t.Errorf("%q: %d bytes, %d ms", s, n, ms)
		}
	}
}

func TestDaysBeforeAgreesWithTheLibrary(t *testing.T) {
	for day := time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2110; day = day.AddDate(0, 0, 1) {
		y, m, d := day.Date()
		if got := daysBefore(y, int(m), d) * msPerDay; got != day.UnixMilli() {
			t.Fatalf("%v: %d, want %d", day, got, day.UnixMilli())
		}
		if tomorrow := day.AddDate(0, 0, 1); validDate(y, int(m), d+1) != (tomorrow.Day() != 1) {
			t.Fatalf("%v: wrong about the end of the month", day)
		}
	}
}
