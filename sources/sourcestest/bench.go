package sourcestest

import (
	"bytes"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

// Bench measures how fast a log is parsed, by one core and without any I/O.
func (f *Format) Bench(b *testing.B, log []byte) {
	lines := bytes.Split(bytes.TrimSuffix(log, []byte{'\n'}), []byte{'\n'})
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		p := f.New()
		for _, l := range lines {
			p.Line(sources.Line{Data: l}, func(*schemas.Event) { events++ })
		}
	}
	n := float64(b.N)
	b.ReportMetric(n*float64(len(lines))/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(events)/n/float64(len(lines)), "events/line")
}
