package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

var errDuration = errors.New("want a duration such as 90s, 1h30m or 5d")

// parseDuration reads a duration as Go writes it, optionally after a number of
// days: 36h, 5d, 1d12h. A day is 24 hours.
func parseDuration(s string) (time.Duration, error) {
	var days time.Duration
	if n, rest, ok := strings.Cut(s, "d"); ok {
		v, err := strconv.ParseUint(n, 10, 16)
		if err != nil {
			return 0, errDuration
		}
		days, s = time.Duration(v)*day, rest
		if s == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || strings.HasPrefix(s, "+") || days+d < d {
		return 0, errDuration
	}
	return days + d, nil
}

// formatDuration writes a duration without the units that are zero.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-len("0s")]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-len("0m")]
	}
	return s
}
