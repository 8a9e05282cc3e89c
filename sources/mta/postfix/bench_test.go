package postfix

import (
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

func BenchmarkParse(b *testing.B) {
	b.Run("BSD", func(b *testing.B) { format.Bench(b, simulated(false, false)) })
	b.Run("ISO", func(b *testing.B) { format.Bench(b, simulated(true, true)) })
	b.Run("Recorded", func(b *testing.B) {
		log, err := os.ReadFile("../../../testdata/replay/mail.log")
		if err != nil {
			b.Fatal(err)
		}
		format.Bench(b, log)
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
