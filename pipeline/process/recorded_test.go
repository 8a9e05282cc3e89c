package process

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/postfix"
	"mailfate/sources/tracking"
)

// A recording is what was observed of real messages. It can be had any number of
// times, each time of other messages, later and on another host.
type recording struct {
	events []schemas.Event
	span   int64 // from its first event to its last, ms
}

// recorded reads the log of a mail server that was recorded, and the hits on what
// it sent.
func recorded(t testing.TB) *recording {
	t.Helper()
	r := &recording{}
	for name, parser := range map[string]sources.Parser{
		"mail.log": postfix.New(postfix.Options{}), "access.log": tracking.New(tracking.Options{Host: "hits"}),
	} {
		log, err := os.ReadFile("../../testdata/replay/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(log) {
			parser.Line(sources.Line{Data: bytes.TrimSuffix(line, []byte("\n")), File: name}, func(ev *schemas.Event) {
				ev.Stream = name
				r.events = append(r.events, *ev)
			})
		}
	}
	first, last := r.events[0].Time, r.events[0].Time
	for i := range r.events {
		first, last = min(first, r.events[i].Time), max(last, r.events[i].Time)
	}
	r.span = last - first + 1
	return r
}

// times returns the recording for the n-th time.
func (r *recording) times(n int) []schemas.Event {
	events := make([]schemas.Event, len(r.events))
	for i := range events {
		ev := &events[i]
		*ev = r.events[i]
		ev.MessageID = fmt.Sprintf("%d.%s", n, ev.MessageID)
		ev.Host = fmt.Sprintf("%s-%d", ev.Host, n)
		ev.ID ^= schemas.EventID(uint64(n) * 0x9E3779B97F4A7C15)
		ev.Time += int64(n) * r.span
	}
	return events
}

// publishRecorded publishes n events.
func publishRecorded(t testing.TB, pub *publisher, n int) {
	t.Helper()
	r := recorded(t)
	for pass := 0; n > 0; pass++ {
		events := r.times(pass)
		pub.events(events[:min(n, len(events))]...)
		n -= len(events)
	}
}
