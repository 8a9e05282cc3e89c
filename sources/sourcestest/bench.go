package sourcestest

import (
	"bytes"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

// Bench measures how fast a log is parsed, by one core and without any I/O, but
// with finding the ends of its lines.
func (f *Format) Bench(b *testing.B, log []byte) {
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	lines, events := 0, 0
	emit := func(*schemas.Event) { events++ }
	for b.Loop() {
		p := f.New()
		for rest := log; len(rest) > 0; lines++ {
			var line []byte
			line, rest, _ = bytes.Cut(rest, []byte{'\n'})
			p.Line(sources.Line{Data: line}, emit)
		}
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(events)/float64(lines), "events/line")
}
