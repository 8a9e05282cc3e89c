package postfix

import (
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
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
		lines   []string
		want    string
	}{
		{"year from the reference", Options{Reference: ref}, []string{"Nov 20 10:00:00"}, "2026-11-20T10:00:00Z"},
		{"not long after the reference", Options{Reference: ref}, []string{"Dec  1 10:00:00"}, "2026-12-01T10:00:00Z"},
		{"an old archive's beginning", Options{Reference: ref}, []string{"Jan  5 10:00:00"}, "2026-01-05T10:00:00Z"},
		{"the year before", Options{Reference: ref}, []string{"Dec 25 10:00:00"}, "2025-12-25T10:00:00Z"},
		{"a reference in January", Options{Reference: ref.AddDate(0, 2, 0)}, []string{"Nov 20 10:00:00"}, "2026-11-20T10:00:00Z"},
		{"year given", Options{Year: 2019, Reference: ref}, []string{"Nov 20 10:00:00"}, "2019-11-20T10:00:00Z"},
		{"year given, over New Year", Options{Year: 2019}, []string{"Dec 31 23:59:59", "Jan  1 00:00:00"}, "2020-01-01T00:00:00Z"},
		{"leap day", Options{Year: 2020}, []string{"Feb 29 10:00:00"}, "2020-02-29T10:00:00Z"},
		{"several years", Options{Year: 2019}, []string{"Jun  1 00:00:00", "Oct  1 00:00:00", "Feb  1 00:00:00", "Jun  1 00:00:00", "Nov  1 00:00:00", "Mar  1 00:00:00"}, "2021-03-01T00:00:00Z"},
		{"out of order at New Year", Options{Year: 2019}, []string{"Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58"}, "2019-12-31T23:59:58Z"},
		{"zone, winter", Options{Year: 2026, Location: berlin}, []string{"Jan 15 10:00:00"}, "2026-01-15T09:00:00Z"},
		{"zone, summer", Options{Year: 2026, Location: berlin}, []string{"Jul 15 10:00:00"}, "2026-07-15T08:00:00Z"},
		{"mixed", Options{Year: 2026, Location: berlin}, []string{"2020-07-15T10:00:00+02:00", "Jul 16 10:00:00"}, "2020-07-16T08:00:00Z"},
		{"half an hour east", Options{}, []string{"2026-07-15T10:00:00.999999+05:30"}, "2026-07-15T04:30:00.999Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := New(c.options)
			var at int64
			for _, stamp := range c.lines {
				at = 0
				p.Line(sources.Line{Data: []byte(stamp + " mx1 postfix/smtp[1]: 3F2A1C0DE1: to=<a@b.test>, relay=r, dsn=2.0.0, status=sent (250 Ok)")},
					func(e *schemas.Event) { at = e.Time })
			}
			if got := time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.999Z"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
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
