package sourcestest

import (
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

// Allocations holds a parser to how often it may allocate for each line.
func Allocations(t *testing.T, p sources.Parser, most map[string]float64) {
	t.Helper()
	for text, most := range most {
		line := sources.Line{Data: []byte(text), Offset: 1}
		if got := testing.AllocsPerRun(100, func() { p.Line(line, func(*schemas.Event) {}) }); got > most {
			t.Errorf("%v allocations, want at most %v: %s", got, most, text)
		}
	}
}

// Recognises holds a format to which samples it takes for its own.
func Recognises(t *testing.T, recognises func(sample []byte) bool, samples map[string]bool) {
	t.Helper()
	for sample, want := range samples {
		if got := recognises([]byte(sample)); got != want {
			t.Errorf("%v, want %v: %q", got, want, sample)
		}
	}
}
