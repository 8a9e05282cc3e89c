package config

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"5d": 5 * day, "1d12h": 36 * time.Hour, "0d": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "65535d": 65535 * day,
	} {
		if got, err := parseDuration(in); err != nil || got != want {
			t.Errorf("%s: %v %v", in, got, err)
		}
	}
	for _, in := range []string{"", "d", "5", "-5d", "+1h", "1d-1h", "-1h", "1.5d", "65536d", "65535d2562047h", "5 d", "1dd", "5D"} {
		if got, err := parseDuration(in); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
	for d, want := range map[time.Duration]string{0: "0s", 5 * day: "120h", 90 * time.Minute: "1h30m", 10 * time.Minute: "10m", 20 * time.Second: "20s", time.Hour + 30*time.Second: "1h0m30s"} {
		if got := formatDuration(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"paths", "path_patterns", "host", "time_zone"}
	for in, want := range map[string]string{
		"path": "paths", "PATHS": "paths", "pahts": "paths", "timezone": "time_zone", "patterns": "", "hosts": "host", "hsot": "host", "x": "", "": "",
		"path_pattern": "path_patterns",
	} {
		if got := nearest(in, words); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	for _, tt := range []struct {
		a, b string
		n    int
	}{{"", "", 0}, {"abc", "", 3}, {"abc", "acb", 1}, {"kitten", "sitting", 3}} {
		if n := edits(tt.a, tt.b); n != tt.n || edits(tt.b, tt.a) != n {
			t.Errorf("%+v: %d", tt, n)
		}
	}
}
