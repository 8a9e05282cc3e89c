package process

import (
	"context"
	"fmt"
	"testing"

	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// BenchmarkProcessor takes in events of typical messages (queued, deferred,
// delivered, opened), on four partitions, with the broker in the same process.
func BenchmarkProcessor(b *testing.B) {
	const partitions, each = 4, 4
	client := broker(b, partitions)
	pub := newPublisher(b, client, partitions)
	var events []schemas.Event
	send := func() {
		pub.events(events...)
		events = events[:0]
	}
	for n := range b.N {
		ev := schemas.Event{
			Identity: schemas.Identity{MessageID: fmt.Sprintf("20261122.%d@news.example.com", n/each), Recipient: "reader@example.net"},
			ID:       schemas.EventID(n + 1), Time: 1_700_000_000_000 + int64(n), Source: schemas.SourcePostfix,
			Stream: "postfix:/var/log/mail.log", Host: "mx1.example.com", Instance: "postfix", QueueID: fmt.Sprintf("4Xyz%09d", n/each),
			Relay: "mx.example.net[192.0.2.1]:25", File: "/var/log/mail.log", Offset: int64(n) * 180,
		}
		switch n % each {
		case 0:
			ev.Kind, ev.Recipient, ev.Sender, ev.Size = schemas.Queued, "", "news@example.com", 12345
		case 1:
			ev.Kind, ev.Code, ev.Enhanced, ev.Reply = schemas.Deferred, 451, "4.7.1", "451 4.7.1 Greylisted, try again in 300 seconds"
		case 2:
			ev.Kind, ev.Code, ev.Enhanced, ev.Reply = schemas.Delivered, 250, "2.0.0", "250 2.0.0 OK 1700000000 abc123-20020a1"
		default:
			ev.Kind, ev.UserAgent, ev.IP = schemas.Opened, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101", "192.0.2.7"
		}
		if events = append(events, ev); len(events) == 10_000 {
			send()
		}
	}
	send()
	ends, err := client.EndOffsets(b.Context(), schemas.TopicEvents)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.TempDir(), store.Options{Cache: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	ctx, stop := context.WithCancel(b.Context())
	p := New(Options{Client: client, Store: st})
	done := make(chan error, 1)
	b.ReportAllocs()
	b.ResetTimer()
	go func() { done <- p.Run(ctx) }()
	if err := p.WaitFor(ctx, ends); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRefold folds messages again that say the same by today's rules, and
// such that do not.
func BenchmarkRefold(b *testing.B) {
	for name, timers := range map[string]status.Timers{"same": {}, "changed": {GiveUp: 1}} {
		b.Run(name, func(b *testing.B) {
			const partitions = 4
			client := broker(b, partitions)
			pub := newPublisher(b, client, partitions)
			for at := 0; at < b.N; at += 5000 {
				var events []schemas.Event
				for n := at; n < min(at+5000, b.N); n++ {
					events = append(events, lifeOf(n)...)
				}
				pub.events(events...)
			}
			pub.clock(schemas.Clock{Stream: "postfix:/var/log/mail.log", Time: 1_700_000_000_000 + int64(b.N) + hour})
			dir := b.TempDir()
			processBy(b, dir, Options{Client: client})
			pub.refold(1)
			b.ReportAllocs()
			b.ResetTimer()
			processBy(b, dir, Options{Client: client, Timers: timers})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// lifeOf is a typical message that is deferred in the end.
func lifeOf(n int) []schemas.Event {
	ev := schemas.Event{
		Identity: schemas.Identity{MessageID: fmt.Sprintf("20261122.%d@news.example.com", n)},
		ID:       1, Kind: schemas.Queued, Time: 1_700_000_000_000 + int64(n), Source: schemas.SourcePostfix, Sender: "news@example.com", Size: 12345,
		Stream: "postfix:/var/log/mail.log", Host: "mx1.example.com", Instance: "postfix", QueueID: fmt.Sprintf("4Xyz%09d", n),
	}
	events := []schemas.Event{ev}
	for try := range 3 {
		ev.ID, ev.Kind, ev.Recipient, ev.Sender, ev.Size = schemas.EventID(2+try), schemas.Deferred, "reader@example.net", "", 0
		ev.Code, ev.Enhanced, ev.Reply = 451, "4.7.1", "451 4.7.1 Greylisted, try again in 300 seconds"
		ev.Time, ev.Relay = ev.Time+int64(try), "mx.example.net[192.0.2.1]:25"
		events = append(events, ev)
	}
	return events
}
