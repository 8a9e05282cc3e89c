package tracking

import (
	"bytes"
	"time"
)

// stamps reads time stamps. A log says the same second many times, so the last
// one is remembered.
type stamps struct {
	location *time.Location
	last     []byte
	lastTime int64
}

// lastYear is the last year of which a stamp is believed.
const lastYear = 9999

// parse returns a stamp's time in ms since 1970 UTC.
func (s *stamps) parse(b []byte) (int64, bool) {
	if len(b) > 0 && bytes.Equal(b, s.last) {
		return s.lastTime, true
	}
	t, ok := s.read(b)
	if ok {
		s.last = append(s.last[:0], b...)
		s.lastTime = t
	}
	return t, ok
}

func (s *stamps) read(b []byte) (int64, bool) {
	switch {
	case len(b) == stampSize && b[2] == '/':
		return s.local(b)
	case len(b) >= len("2026-09-21T12:00:00") && b[4] == '-':
		return s.iso(b)
	}
	return epoch(b)
}

// local reads 21/Sep/2026:12:00:00 +0200.
func (s *stamps) local(b []byte) (int64, bool) {
	month := bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), b[3:6])
	if month < 0 || month%3 != 0 || b[6] != '/' || b[11] != ':' || b[20] != ' ' {
		return 0, false
	}
	zone, ok := offset(b[21:])
	if !ok {
		return 0, false
	}
	return instant(b[7:11], month/3+1, b[0:2], b[12:20], 0, zone)
}

// iso reads 2026-09-21T12:00:00, with or without a fraction and a zone.
func (s *stamps) iso(b []byte) (int64, bool) {
	month, ok := digits(b[5:7])
	if !ok || b[7] != '-' || (b[10] != 'T' && b[10] != ' ') {
		return 0, false
	}
	rest := b[19:]
	var ms int64
	if len(rest) > 0 && rest[0] == '.' {
		end := 1
		for end < len(rest) && rest[end]-'0' <= 9 {
			end++
		}
		ms = millis(rest[1:end])
		rest = rest[end:]
	}
	var zone *time.Location
	if len(rest) == 0 {
		zone = s.location
	} else if zone, ok = offset(rest); !ok {
		return 0, false
	}
	return instant(b[0:4], month, b[8:10], b[11:19], ms, zone)
}

// epochNanos is how many digits a time in nanoseconds has, from 2001 to 2286.
const epochNanos = 19

// epoch reads 1790000000.123, as nginx's msec and Caddy's ts are, and nanoseconds.
func epoch(b []byte) (int64, bool) {
	if len(b) == epochNanos && isDigits(b) {
		n, _ := digits(b)
		return int64(n / 1e6), true
	}
	whole, part, _ := bytes.Cut(b, []byte("."))
	if len(whole) < 9 || len(whole) > 11 { // from 1973 on
		return 0, false
	}
	n, ok := digits(whole)
	if !ok || (len(part) > 0 && !isDigits(part)) {
		return 0, false
	}
	return int64(n)*1000 + millis(part), true
}

// millis reads the first three digits behind a decimal point.
func millis(b []byte) int64 {
	var ms int64
	for i := range 3 {
		ms *= 10
		if i < len(b) {
			ms += int64(b[i] - '0')
		}
	}
	return ms
}

// instant puts a time together and refuses what no calendar and no clock shows.
func instant(y []byte, month int, d, clock []byte, ms int64, zone *time.Location) (int64, bool) {
	year, ok1 := digits(y)
	day, ok2 := digits(d)
	hour, ok3 := digits(clock[0:2])
	minute, ok4 := digits(clock[3:5])
	second, ok5 := digits(clock[6:8])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || clock[2] != ':' || clock[5] != ':' {
		return 0, false
	}
	if year < 1970 || year > lastYear || hour > 23 || minute > 59 || second > 60 {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, min(second, 59), 0, zone)
	if t.Day() != day || int(t.Month()) != month || t.UnixMilli() < 0 {
		return 0, false
	}
	return t.UnixMilli() + ms, true
}

// offset reads Z, +0200 or +02:00.
func offset(b []byte) (*time.Location, bool) {
	if len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		return time.UTC, true
	}
	if len(b) == 6 && b[3] == ':' {
		b = []byte{b[0], b[1], b[2], b[4], b[5]}
	}
	if len(b) != 5 || (b[0] != '+' && b[0] != '-') {
		return nil, false
	}
	hours, ok1 := digits(b[1:3])
	minutes, ok2 := digits(b[3:5])
	if !ok1 || !ok2 || hours > 23 || minutes > 59 {
		return nil, false
	}
	seconds := (hours*60 + minutes) * 60
	if b[0] == '-' {
		seconds = -seconds
	}
	if seconds == 0 {
		return time.UTC, true
	}
	return time.FixedZone("", seconds), true
}

// digits reads a short decimal number.
func digits(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0
}
