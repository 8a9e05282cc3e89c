package stamp

import (
	"encoding/binary"
	"time"

	"mailfate/sources/mta/scan"
)

// Scan reads the stamp that a line begins with and returns its time in ms
// since 1970 UTC and its length, 0 when there is none.
func (c *Clock) Scan(line []byte) (ms int64, n int) {
	if ms, n = c.again(line); n > 0 {
		return ms, n
	}
	switch {
	case len(line) > 0 && scan.IsDigit(line[0]):
		ms, n = c.scanISO(line)
	default:
		ms, n = c.scanBSD(line)
	}
	if n == 0 || n >= len(line) || line[n] != ' ' {
		return 0, 0
	}
	c.remember(line[:n], ms)
	return ms, n
}

// The fixed places of a stamp of RFC 3339:
//
//	2026-11-21T23:20:20.123456+02:00
const (
	minuteEnd = len("2006-01-02T15:04")
	secondEnd = len("2006-01-02T15:04:05.")
	milliEnd  = secondEnd + 3
)

// remember keeps a stamp, for the next one is mostly the same or differs in its
// fraction alone.
func (c *Clock) remember(stamp []byte, ms int64) {
	c.last, c.lastTime = append(c.last[:0], stamp...), ms
	c.zoneAt = 0
	if len(stamp) > milliEnd && stamp[10] == 'T' && stamp[secondEnd-1] == '.' {
		frac, w := fraction(stamp[secondEnd-1:])
		if c.zoneAt = secondEnd - 1 + w; c.zoneAt < milliEnd {
			c.zoneAt = 0
		}
		c.second = ms - frac
	}
}

// again reads a stamp that is the last one again, or another of the same second.
// Its length is 0 when it is neither.
func (c *Clock) again(line []byte) (ms int64, n int) {
	n = len(c.last)
	if n == 0 || len(line) <= n || line[n] != ' ' {
		return 0, 0
	}
	if c.zoneAt > 0 {
		return c.sameSecond(line, n)
	}
	if string(line[:n]) != string(c.last) || signFollows(line[n+1:]) {
		return 0, 0
	}
	return c.lastTime, n
}

// sameSecond reads a stamp of the last one's second, zone and length.
func (c *Clock) sameSecond(line []byte, n int) (int64, int) {
	if !sameBytes(line[:secondEnd], c.last[:secondEnd]) {
		return 0, 0
	}
	if !allDigits(line[secondEnd:c.zoneAt]) || string(line[c.zoneAt:n]) != string(c.last[c.zoneAt:]) {
		return 0, 0
	}
	f := line[secondEnd:milliEnd]
	return c.second + int64(f[0])*100 + int64(f[1])*10 + int64(f[2]) - '0'*111, n
}

// sameBytes reports whether the texts up to secondEnd are the same.
func sameBytes(a, b []byte) bool {
	first := binary.LittleEndian.Uint64(a) ^ binary.LittleEndian.Uint64(b)
	second := binary.LittleEndian.Uint64(a[8:]) ^ binary.LittleEndian.Uint64(b[8:])
	third := binary.LittleEndian.Uint32(a[16:]) ^ binary.LittleEndian.Uint32(b[16:])
	return first|second|uint64(third) == 0
}

// allDigits reports whether all are decimal digits. Six of them, the usual case, are
// looked at together: each is 0x30 to 0x39, so 0x30 to 0x3f, also with 6 added.
func allDigits(b []byte) bool {
	if len(b) == 6 {
		six := uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint16(b[4:]))<<32
		const high, digit, more = 0xf0f0f0f0f0f0, 0x303030303030, 0x060606060606
		return six&high == digit && (six+more)&high == digit
	}
	for _, c := range b {
		if !scan.IsDigit(c) {
			return false
		}
	}
	return true
}

// signFollows reports whether a zone may follow a stamp that had none on the line
// before.
func signFollows(b []byte) bool { return len(b) > 0 && (b[0] == '+' || b[0] == '-') }

// scanISO reads a stamp as RFC 3339 has it, or as programs write it that mean
// their own time:
//
//	2026-11-21T23:20:20[.123456](Z|+02:00)
//	2026-11-21 23:20:20[.123][[ ]+0200]
func (c *Clock) scanISO(b []byte) (ms int64, n int) {
	if len(b) < len("2006-01-02 15:04:05") || b[4] != '-' || b[7] != '-' {
		return 0, 0
	}
	century, ok1 := twoDigits(b[0:])
	yy, ok2 := twoDigits(b[2:])
	month, ok3 := twoDigits(b[5:])
	day, ok4 := twoDigits(b[8:])
	inDay, ok5 := timeOfDay(b[11:])
	year := century*100 + yy
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !validDate(year, month, day) {
		return 0, 0
	}
	frac, w := fraction(b[19:])
	n = 19 + w
	switch b[10] {
	case 'T':
		offset, w := zone(b[n:])
		if w == 0 {
			return 0, 0
		}
		return daysBefore(year, month, day)*msPerDay + inDay + frac - offset, n + w
	case ' ':
		if offset, w := zone(b[n:]); w > 1 {
			return daysBefore(year, month, day)*msPerDay + inDay + frac - offset, n + w
		}
		if len(b) > n && b[n] == ' ' {
			if offset, w := zone(b[n+1:]); w > 1 {
				return daysBefore(year, month, day)*msPerDay + inDay + frac - offset, n + 1 + w
			}
		}
		return c.local(year, month, day, inDay) + frac, n
	}
	return 0, 0
}

// scanBSD reads a stamp as RFC 3164 has it, which has neither year nor zone:
// Nov 21 23:20:20, with a day of two digits or a space before one; some servers
// add a fraction.
func (c *Clock) scanBSD(b []byte) (ms int64, n int) {
	if len(b) < len("Jan  2 15:04:05") || b[3] != ' ' || b[6] != ' ' {
		return 0, 0
	}
	month := monthOf(b)
	if b[4] == ' ' {
		b4 := [2]byte{'0', b[5]}
		return c.finishBSD(b, month, b4[:])
	}
	return c.finishBSD(b, month, b[4:6])
}

func (c *Clock) finishBSD(b []byte, month int, dd []byte) (ms int64, n int) {
	day, ok := twoDigits(dd)
	inDay, timeOK := timeOfDay(b[7:])
	if month == 0 || !ok || !timeOK || day == 0 {
		return 0, 0
	}
	ms, ok = c.inYear(month, day, inDay)
	if !ok {
		return 0, 0
	}
	frac, w := fraction(b[15:])
	return ms + frac, 15 + w
}

const msPerDay = 24 * 60 * 60 * 1000

// timeOfDay reads 15:04:05 and returns the ms since midnight.
func timeOfDay(b []byte) (ms int64, ok bool) {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0, false
	}
	h, ok1 := twoDigits(b)
	m, ok2 := twoDigits(b[3:])
	s, ok3 := twoDigits(b[6:])
	if !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || s > 60 {
		return 0, false
	}
	return int64(h*3600+m*60+s) * 1000, true
}

func twoDigits(b []byte) (int, bool) {
	hi, lo := b[0]-'0', b[1]-'0'
	return int(hi)*10 + int(lo), hi < 10 && lo < 10
}

// fraction reads .123456 and returns whole ms and its length, 0 when there is none.
func fraction(b []byte) (ms int64, n int) {
	if len(b) < 2 || b[0] != '.' || !scan.IsDigit(b[1]) {
		return 0, 0
	}
	for n = 1; n < len(b) && scan.IsDigit(b[n]); n++ {
		if n <= 3 {
			ms = ms*10 + int64(b[n]-'0')
		}
	}
	for i := n; i <= 3; i++ {
		ms *= 10
	}
	return ms, n
}

// zone reads Z, +02:00 or +0200 and returns the ms east of UTC and its length.
func zone(b []byte) (ms int64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	if b[0] == 'Z' {
		return 0, 1
	}
	if (b[0] != '+' && b[0] != '-') || len(b) < len("+0200") {
		return 0, 0
	}
	h, ok := twoDigits(b[1:])
	n = 3
	if b[n] == ':' {
		n++
	}
	if len(b) < n+2 {
		return 0, 0
	}
	m, ok2 := twoDigits(b[n:])
	if !ok || !ok2 || h > 23 || m > 59 {
		return 0, 0
	}
	ms = int64(h*60+m) * 60_000
	if b[0] == '-' {
		ms = -ms
	}
	return ms, n + 2
}

// monthOf reads the English name of a month; 0 when it is none.
func monthOf(b []byte) int {
	switch string(b[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

func validDate(year, month, day int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysBefore counts the days from 1970 to a date: years are taken to begin in
// March, so that the leap day is the last of its year.
func daysBefore(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	y := int64(year)
	inYear := int64((153*(month-3)+2)/5 + day - 1)
	return y*365 + y/4 - y/100 + y/400 + inYear - 719468
}

// local returns the time of a date and a time of day in the stream's zone. An
// hour that clocks go through twice is the one that is nearer to the lines before.
func (c *Clock) local(year, month, day int, inDay int64) int64 {
	if c.zone == time.UTC {
		return daysBefore(year, month, day)*msPerDay + inDay
	}
	s := int(inDay / 1000)
	t := time.Date(year, time.Month(month), day, s/3600, s/60%60, s%60, 0, c.zone)
	ms := t.UnixMilli()
	for _, other := range [...]int64{ms - msPerHour, ms + msPerHour} {
		if c.started && distance(other, c.near) < distance(ms, c.near) && sameWall(t, time.UnixMilli(other).In(c.zone)) {
			return other
		}
	}
	return ms
}

const msPerHour = 60 * 60 * 1000

func sameWall(a, b time.Time) bool { return a.Hour() == b.Hour() && a.Minute() == b.Minute() }
