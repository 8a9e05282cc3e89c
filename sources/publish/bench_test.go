package publish

import (
	"bytes"
	"context"
	"testing"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/tail"
)

// nowhere takes everything.
type nowhere struct{}

func (nowhere) Publish(context.Context, string, int, []kafkalog.Record) error { return nil }

// sameEvent says the same of every line.
type sameEvent struct{ ev schemas.Event }

func (p *sameEvent) Line(_ sources.Line, emit func(*schemas.Event)) sources.Result {
	emit(&p.ev)
	return sources.Result{Outcome: sources.Events}
}
func (p *sameEvent) Time() int64                                 { return 1 }
func (p *sameEvent) Changes(func(key, value []byte) error) error { return nil }
func (p *sameEvent) Load(_, _ []byte) error                      { return nil }

// BenchmarkReplay is the whole loop but for parser and broker: one event a line.
func BenchmarkReplay(b *testing.B) {
	const n = 500_000
	line := "Nov 21 23:20:20 mx1 postfix/smtp[1234]: 4XyZ1234567: to=<somebody@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=0.5, dsn=2.0.0, status=sent (250 ok)\n"
	bn := newBench(b)
	bn.write("mail.log", string(bytes.Repeat([]byte(line), n)))
	parser := &sameEvent{schemas.Event{
		ID: 1 << 60, Kind: schemas.Delivered, Time: 1000, Code: 250, Enhanced: "2.0.0",
		Identity: schemas.Identity{MessageID: "20261121232020.4XyZ1234567@mx1.example.com", Recipient: "somebody@example.com"},
		Relay:    "mx.example.com[192.0.2.1]:25", Reply: "250 ok", QueueID: "4XyZ1234567", Host: "mx1", Instance: "postfix",
	}}
	bn.set = func(o *Options) { o.Log, o.Parser = nowhere{}, func() sources.Parser { return parser } }
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		if err := ForgetAll(bn.store); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if s := bn.stream(); s.Replay(b.Context()) != nil || s.Stats().Events != n {
			b.Fatal("not replayed")
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
}

var _ tail.Reader = (*slowReader)(nil)
