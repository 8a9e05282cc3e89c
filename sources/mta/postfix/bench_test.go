package postfix

import (
	"bytes"
	"os"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

func simulated(iso, long bool) []byte {
	s := newSimulation(1)
	s.iso, s.long = iso, long
	return s.run(50_000)
}

func benchmarkLog(b *testing.B, log []byte) {
	lines := bytes.Split(bytes.TrimSuffix(log, []byte{'\n'}), []byte{'\n'})
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		p := New(testOptions())
		for _, l := range lines {
			p.Line(sources.Line{Data: l}, func(*schemas.Event) { events++ })
		}
	}
	n := float64(b.N)
	b.ReportMetric(n*float64(len(lines))/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric(float64(events)/n/float64(len(lines)), "events/line")
}

func BenchmarkParse(b *testing.B) {
	b.Run("BSD", func(b *testing.B) { benchmarkLog(b, simulated(false, false)) })
	b.Run("ISO", func(b *testing.B) { benchmarkLog(b, simulated(true, true)) })
	b.Run("Recorded", func(b *testing.B) {
		log, err := os.ReadFile("../../../testdata/replay/mail.log")
		if err != nil {
			b.Fatal(err)
		}
		benchmarkLog(b, log)
	})
}

// BenchmarkIgnored reads the most frequent lines that say nothing of a message.
func BenchmarkIgnored(b *testing.B) {
	p := New(testOptions())
	line := sources.Line{Data: []byte("2026-11-21T23:20:20.123456+01:00 mx1 postfix/smtpd[1]: connect from client.example.com[192.0.2.1]")}
	b.ReportAllocs()
	for b.Loop() {
		p.Line(line, func(*schemas.Event) {})
	}
}
