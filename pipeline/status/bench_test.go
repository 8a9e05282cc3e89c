package status

import (
	"testing"

	"mailfate/schemas"
)

// BenchmarkEvent is the machine's whole work for one more event of a typical
// message: take it in, evaluate, settle, encode.
func BenchmarkEvent(b *testing.B) {
	scenarios := []schemas.Kind{schemas.Received, schemas.Treated, schemas.Queued, schemas.Deferred, schemas.Delivered, schemas.Opened, schemas.Clicked}
	events := make([]schemas.Event, len(scenarios))
	for i, k := range scenarios {
		events[i] = schemas.Event{
			ID: schemas.EventID(i + 1), Kind: k, Time: 1_700_000_000_000 + int64(i)*60_000, Source: schemas.SourcePostfix,
			Stream: "postfix:/var/log/mail.log", Host: "mx1.example.com", QueueID: "4Xyz123456z9", Enhanced: "2.0.0",
			Reply: "250 2.0.0 OK 1700000000 abc123-20020a1", Relay: "mx.example.net[192.0.2.1]:25",
		}
	}
	enc := schemas.NewEncoder()
	clock := func(string) int64 { return 0 }
	e := NewEvaluator(Timers{})
	s := &schemas.Snapshot{}
	size := 0
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		i := n % len(events)
		if i == 0 {
			*s = schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r@example.net"}, Events: s.Events[:0], History: s.History[:0], Fresh: s.Fresh[:0]}
		}
		grown := Add(s, &events[i])
		view := e.Evaluate(&Message{Key: s, Clock: clock})
		if Settle(s, &view, grown, 1) {
			v, err := enc.Snapshot(s)
			if err != nil {
				b.Fatal(err)
			}
			size = len(v)
		}
	}
	b.ReportMetric(float64(size), "bytes/snapshot")
}
