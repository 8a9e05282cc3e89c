package process

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"mailfate/pipeline/embedded/apachekafka"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// peak runs a processor until it has come to the end and returns the most heap that
// the garbage collector had left when any partition had made progress. What it had yet
// to collect is not counted: that is more the busier the machine is.
func peak(ctx context.Context, tb testing.TB, p *Processor, ends []int64) (heap uint64) {
	tb.Helper()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	for {
		p.mu.Lock()
		changed, err := p.changed, p.err
		reached, _ := p.reached(ends)
		p.mu.Unlock()
		metrics.Read(sample)
		heap = max(heap, sample[0].Value.Uint64())
		if err != nil || reached {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			tb.Fatal(ctx.Err())
		}
	}
	stop()
	if err := <-done; err != nil {
		tb.Fatal(err)
	}
	return heap
}

// peakOf is the peak of a processor that takes in what was published.
func peakOf(t *testing.T, partitions int, publish func(*publisher)) uint64 {
	t.Helper()
	addr, _ := apachekafka.Start(t) // not in this process, whose memory counts
	client := clientOf(t, partitions, addr)
	publish(newPublisher(t, client, partitions))
	ends, err := client.EndOffsets(t.Context(), schemas.TopicEvents)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.TempDir(), store.Options{}) // a cache would have more in memory the more it got
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	runtime.GC()
	return peak(ctx, t, New(Options{Client: client, Store: st}), ends)
}

// TestMemoryOfManyMessages: events that are small when they are compressed, each of
// a message of its own, are many messages at once.
func TestMemoryOfManyMessages(t *testing.T) {
	if raced {
		t.Skip("the race detector has memory of its own; make test runs this without it")
	}
	const messages, most = 150_000, 250 << 20
	used := peakOf(t, 4, func(pub *publisher) {
		for n := 0; n < messages; n += 10_000 {
			var events []schemas.Event
			for i := range 10_000 {
				ev := delivered(fmt.Sprintf("%d@news.example.com", n+i), "reader@example.net", n+i+1)
				ev.Account = "shop"
				events = append(events, ev)
			}
			pub.events(events...)
		}
	})
	t.Logf("%d MB", used>>20)
	if used > most {
		t.Errorf("more than %d MB", most>>20)
	}
}

// TestMemoryDoesNotGrowWithLag: what a processor has in memory follows from its
// settings, and not from how much is unread.
func TestMemoryDoesNotGrowWithLag(t *testing.T) {
	if raced {
		t.Skip("the race detector has memory of its own; make test runs this without it")
	}
	const partitions, lag = 1, 60_000
	var used [2]uint64
	for i, events := range []int{lag, 3 * lag} {
		used[i] = peakOf(t, partitions, func(pub *publisher) { publishRecorded(t, pub, events) })
	}
	t.Logf("%d MB with %d events unread, %d MB with %d", used[0]>>20, lag, used[1]>>20, 3*lag)
	if used[1] > used[0]*3/2 {
		t.Error("it grows")
	}
}
