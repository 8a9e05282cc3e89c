package shape

import (
	"testing"

	"mailfate/sources"
)

// BenchmarkShape is what an unparsed line costs beside its parser.
func BenchmarkShape(b *testing.B) {
	s := NewTable("test", false)
	line := sources.Line{Data: []byte("Nov 21 23:20:20 mx1 postfix/smtp[1234]: 4XyZ1234567: host mx.example.com[192.0.2.1] said: what nobody knows (in reply to RCPT TO)")}
	b.ReportAllocs()
	for b.Loop() {
		s.Count(line, 1)
	}
}
