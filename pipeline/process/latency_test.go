package process

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"mailfate/pipeline/embedded/apachekafka"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// BenchmarkLatency publishes events at a steady rate (RATE a second, 20,000 when
// nothing is said) and measures the time from each batch's publishing to when its
// snapshots can be read as committed.
func BenchmarkLatency(b *testing.B) {
	b.Run("embedded", func(b *testing.B) { latency(b, broker(b, 4), 4) })
	b.Run("apache", func(b *testing.B) {
		addr, _ := apachekafka.Start(b)
		latency(b, clientOf(b, 8, addr), 8)
	})
}

func latency(b *testing.B, client *kafkalog.Client, partitions int) {
	b.Helper()
	rate, err := strconv.Atoi(cmp.Or(os.Getenv("RATE"), "20000"))
	if err != nil {
		b.Fatal(err)
	}
	const every = 10 * time.Millisecond
	st, err := store.Open(b.TempDir(), store.Options{Cache: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	ctx, stop := context.WithCancel(b.Context())
	p := New(Options{Client: client, Store: st})
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	pub := newPublisher(b, client, partitions)
	pub.clock(schemas.Clock{Stream: "s1", Time: 1})
	if err := p.WaitFor(ctx, slices.Repeat([]int64{1}, partitions)); err != nil { // to have joined and restored is not measured
		b.Fatal(err)
	}

	seconds := 5 * b.N
	waits := make(chan []time.Duration, partitions)
	for p := range partitions {
		go func() { waits <- watch(ctx, client, p) }()
	}
	tick := time.NewTicker(every)
	n := 0
	began := time.Now()
	for now := range tick.C {
		if now.Sub(began) > time.Duration(seconds)*time.Second {
			break
		}
		var events []schemas.Event
		for until := int(now.Sub(began).Seconds() * float64(rate)); n < until; n++ {
			ev := delivered(fmt.Sprintf("%d@news.example.com", n), "reader@example.net", n+1)
			ev.Time = time.Now().UnixMilli()
			events = append(events, ev)
		}
		pub.events(events...)
	}
	tick.Stop()
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "events/s")
	stop()
	var all []time.Duration
	for range partitions {
		all = append(all, <-waits...)
	}
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	slices.Sort(all)
	for _, q := range []int{50, 99} {
		b.ReportMetric(float64(all[len(all)*q/100].Milliseconds()), fmt.Sprintf("p%d-ms", q))
	}
	b.ReportMetric(float64(len(all)), "seen")
}

// watch reads a partition of mail.status as it grows and returns how old the
// delivery was, of every snapshot that tells of one.
func watch(ctx context.Context, client *kafkalog.Client, partition int) (ages []time.Duration) {
	dec := schemas.NewDecoder()
	r := client.NewReader(schemas.TopicStatus, partition, 0)
	var s schemas.Snapshot
	for ctx.Err() == nil {
		_, err := r.Fetch(ctx, time.Second, 1<<20, func(r kafkalog.Record) error {
			if schemas.IsBookkeeping(r.Key) || dec.Snapshot(r.Value, &s) != nil || s.Row.Delivered == 0 {
				return nil
			}
			ages = append(ages, time.Since(time.UnixMilli(s.Row.Delivered)))
			return nil
		})
		if err != nil {
			break
		}
	}
	return ages
}
