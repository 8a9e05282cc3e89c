package stamp

import "mailfate/sources/mta/scan"

// Field reads a field that is one stamp and nothing else, in ms since 1970 UTC:
// one that Scan reads, also with the zone right behind the seconds, or the
// seconds since 1970.
//
//	2026-09-21T12:00:00.123Z
//	2026-09-21 12:00:00+0000
//	1790000000
func (c *Clock) Field(b []byte) (ms int64, ok bool) {
	if len(b) > 0 && string(b) == string(c.last) {
		return c.lastTime, true
	}
	if ms, ok = unixSeconds(b); !ok {
		var n int
		ms, n = c.scanISO(b)
		ok = n > 0 && n == len(b)
	}
	if !ok {
		return 0, false
	}
	c.remember(b, ms)
	return ms, true
}

// unixSeconds reads 9 to 11 digits: the years 1973 to 5138.
func unixSeconds(b []byte) (ms int64, ok bool) {
	if len(b) < 9 || len(b) > 11 {
		return 0, false
	}
	s, rest, ok := scan.Number(b)
	return s * 1000, ok && len(rest) == 0
}
