package process

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// mix puts events of a hot message evenly between those of others.
func mix(others, hot int, hotEvent func(n int) schemas.Event) []schemas.Event {
	var events []schemas.Event
	const each = 4 // events of one life
	h := 0
	for n := range others / each {
		events = append(events, lifeOf(n)...)
		for ; h < (n+1)*hot/(others/each); h++ {
			events = append(events, hotEvent(h))
		}
	}
	return events
}

const hotMessage = "hot@news.example.com"

// hotOpen is one of many opens by one reader, some with an agent of its own.
func hotOpen(n int) schemas.Event {
	ev := opened(hotMessage, "reader@example.net", 1_000_000+n)
	ev.Time, ev.UserAgent, ev.IP = 1_700_000_000_000+int64(n), fmt.Sprintf("Mozilla/5.0 (rv:%d)", n%50), "192.0.2.7"
	return ev
}

// hotRecipient is one of many recipients of one message.
func hotRecipient(n int) schemas.Event {
	return delivered(hotMessage, fmt.Sprintf("r%d@example.net", n), 1_000_000+n)
}

// hotFanOut is hotRecipient of a mailing in many envelopes, each of which has
// something to say about all of them.
func hotFanOut(n int) schemas.Event {
	ev := hotRecipient(n)
	ev.QueueID = fmt.Sprintf("4Xyz%09d", n/100)
	if n%100 == 0 {
		ev.Recipient, ev.Kind = "", schemas.Queued
	}
	return ev
}

// taken returns how long a processor takes over events of one partition, and how
// long until nothing is left that followed from them.
func taken(t testing.TB, events []schemas.Event) (input, all time.Duration) {
	t.Helper()
	client := broker(t, 1)
	pub := newPublisher(t, client, 1)
	for at := 0; at < len(events); at += 5000 {
		pub.events(events[at:min(at+5000, len(events))]...)
	}
	ends, err := client.EndOffsets(t.Context(), schemas.TopicEvents)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.TempDir(), store.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	p := New(Options{Client: client, Store: st})
	done := make(chan error, 1)
	began := time.Now()
	go func() { done <- p.Run(ctx) }()
	for {
		p.mu.Lock()
		changed, now := p.changed, p.done[0]
		p.mu.Unlock()
		if now.input >= ends[0] {
			break
		}
		<-changed
	}
	input = time.Since(began)
	err = p.WaitFor(ctx, ends)
	all = time.Since(began)
	stop()
	if runErr := <-done; err != nil || runErr != nil {
		t.Fatal(err, runErr)
	}
	return input, all
}

// TestHotKeys holds what hot messages cost the others of their partition against
// what as many events of more such others cost. HOT=1000000 is the real size.
func TestHotKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	if raced {
		t.Skip("the race detector is what would be measured; make test runs this without it")
	}
	n, err := strconv.Atoi(cmp.Or(os.Getenv("HOT"), "20000"))
	if err != nil {
		t.Fatal(err)
	}
	for name, hot := range map[string]func(int) schemas.Event{"opens": hotOpen, "recipients": hotRecipient, "fan-outs": hotFanOut} {
		t.Run(name, func(t *testing.T) {
			const tries = 4 // others use this machine too
			for range tries {
				usual, _ := taken(t, mix(2*n, 0, nil))
				input, all := taken(t, mix(n, n, hot))
				ratio := input.Seconds() / usual.Seconds()
				t.Logf("%d hot events among %d others took %v (and %v for what follows), as many usual ones %v: %.2f",
					n, n, input, all-input, usual, ratio)
				if ratio < 2 {
					return
				}
			}
			t.Error("they slow the others down")
		})
	}
}
