package status

import (
	"fmt"
	"testing"

	"mailfate/schemas"
)

// typical is what most messages that somebody reads are made of.
func typical() []schemas.Event {
	kinds := []schemas.Kind{schemas.Received, schemas.Treated, schemas.Queued, schemas.Deferred, schemas.Delivered, schemas.Opened, schemas.Clicked}
	events := make([]schemas.Event, len(kinds))
	for i, k := range kinds {
		ev := schemas.Event{
			ID: schemas.HashEvent("typical", k.String()).ID(), Kind: k, Time: 1_700_000_000_000 + int64(i)*60_123,
			Source: schemas.SourcePostfix, Stream: "postfix:/var/log/mail.log", Host: "mx1.example.com",
		}
		switch k.Stage() {
		case schemas.StagePlatform:
			ev.Source, ev.Stream, ev.Host = schemas.SourcePlatform, "platform:/var/log/platform.ndjson", ""
			ev.Sender = "bounce@news.example.com"
		case schemas.StageTransport:
			ev.QueueID, ev.Enhanced, ev.Code = "4Xyz123456z9", "2.0.0", 250
			ev.Reply, ev.Relay = "250 2.0.0 OK 1700000000 abc123-20020a1", "mx.example.net[192.0.2.1]:25"
		case schemas.StageEngagement:
			ev.Source, ev.Stream, ev.IP = schemas.SourceTracking, "tracking:/var/log/access.log", "198.51.100.7"
			ev.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0"
		}
		events[i] = ev
	}
	return events
}

// takeIn takes an event in and does all that follows from it.
func (e *Evaluator) takeIn(s *schemas.Snapshot, ev *schemas.Event, clock func(string) int64) bool {
	grown := Add(s, ev)
	view := e.Evaluate(&Message{Key: s, Clock: clock})
	return Settle(s, &view, grown, 1)
}

// BenchmarkEvent is the machine's whole work for one more event of a typical
// message: take it in, make the timeline, fold it five times, find what is new.
func BenchmarkEvent(b *testing.B) {
	events := typical()
	clock := func(string) int64 { return 0 }
	e := NewEvaluator(Timers{})
	s := &schemas.Snapshot{}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		i := n % len(events)
		if i == 0 {
			*s = schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r@example.net"}}
		}
		e.takeIn(s, &events[i], clock)
	}
}

// BenchmarkManyOpens is the same for one more open of a message that was opened
// 10,000 times, by one agent and by many.
func BenchmarkManyOpens(b *testing.B) {
	for _, agents := range []int{1, 4, 40} {
		b.Run(fmt.Sprint(agents), func(b *testing.B) { benchmarkOpens(b, agents) })
	}
}

func benchmarkOpens(b *testing.B, agents int) {
	events := typical()
	clock := func(string) int64 { return 0 }
	e := NewEvaluator(Timers{})
	s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r@example.net"}}
	open := events[5]
	names := make([]string, agents)
	for i := range names {
		names[i] = fmt.Sprint(open.UserAgent, " ", i)
	}
	next := func(n int) {
		open.ID = schemas.EventID(uint64(n) * 0x9e3779b97f4a7c15)
		open.UserAgent = names[n%agents]
		open.Time++
	}
	for i := range events {
		Add(s, &events[i])
	}
	for n := range 10_000 {
		next(n)
		Add(s, &open)
	}
	b.ReportAllocs()
	for n := 10_000; b.Loop(); n++ {
		next(n)
		e.takeIn(s, &open, clock)
	}
	v, err := schemas.NewEncoder().Snapshot(s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(v)), "bytes/snapshot")
}

// BenchmarkEncode writes the snapshot of the typical message.
func BenchmarkEncode(b *testing.B) {
	s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r@example.net"}}
	e, enc := NewEvaluator(Timers{}), schemas.NewEncoder()
	for _, ev := range typical() {
		e.takeIn(s, &ev, func(string) int64 { return 0 })
	}
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		v, err := enc.Snapshot(s)
		if err != nil {
			b.Fatal(err)
		}
		size = len(v)
	}
	b.ReportMetric(float64(size), "bytes/snapshot")
}

// The snapshot of a typical message, without its replies and user agents.
func TestSnapshotIsSmall(t *testing.T) {
	s := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m", Recipient: "r@example.net"}}
	e := NewEvaluator(Timers{})
	for _, ev := range typical() {
		ev.Reply, ev.UserAgent = "", ""
		e.takeIn(s, &ev, func(string) int64 { return 0 })
	}
	v, err := schemas.NewEncoder().Snapshot(s)
	if err != nil || len(v) >= 600 {
		t.Errorf("%d bytes, want less than 600 (%v)", len(v), err)
	}
}
