package process

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// driven is a processor whose clocks are the test's.
type driven struct {
	*scene
	p       *Processor
	wall    atomic.Int64 // ms
	elapsed atomic.Int64
}

func (s *scene) drive(wall time.Time) *driven {
	s.t.Helper()
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		s.t.Fatal(err)
	}
	d := &driven{scene: s}
	d.wall.Store(wall.UnixMilli())
	d.p = New(Options{Client: s.client, Store: st, Now: func() time.Time { return time.UnixMilli(d.wall.Load()) }})
	d.p.clock.elapsed = func() time.Duration { return time.Duration(d.elapsed.Load()) }
	ctx, stop := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- d.p.Run(ctx) }()
	s.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			s.t.Error(err)
		}
		if err := st.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return d
}

// pass lets time pass by both clocks.
func (d *driven) pass(t time.Duration) {
	d.elapsed.Add(int64(t))
	d.wall.Add(t.Milliseconds())
}

// hear has every partition hear of a time, twice so that what waits is done, and
// returns how many keys live.
func (d *driven) hear(published time.Time) int {
	d.t.Helper()
	for range 2 {
		for p := range partitions {
			d.pub.raw(p, kafkalog.Record{Key: []byte("beat"), Value: []byte("no event"), Time: published.UnixMilli()})
		}
		ends, err := d.client.EndOffsets(d.t.Context(), schemas.TopicEvents)
		if err == nil {
			err = d.p.WaitFor(d.t.Context(), ends)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return len(told(d.t, d.client, partitions))
}

// A clock that was set wrong ends no life, and neither does one alone.
func TestClocksThatJump(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		jump, published time.Duration // of the wall clock, and of the record after it
		after           time.Duration // that passes
		lives           bool
	}{
		"forward, all of us":             {12 * 365 * day, 12 * 365 * day, 30 * time.Minute, true},
		"forward, ours alone":            {40 * day, 0, 2 * time.Hour, true},
		"forward, the publisher's alone": {0, 40 * day, 2 * time.Hour, true},
		"to 1970":                        {firstDay.Sub(time.Unix(0, 0)) * -1, firstDay.Sub(time.Unix(0, 0)) * -1, 2 * time.Hour, true},
		"time does pass":                 {40 * day, 40 * day, 2 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			s.pub.events(delivered("m1", "a@example.net", 1))
			d := s.drive(firstDay)
			if d.hear(firstDay) == 0 {
				t.Fatal("nothing lives")
			}
			d.pass(2 * time.Hour)
			d.wall.Add(c.jump.Milliseconds())
			d.hear(firstDay.Add(c.published))
			d.pass(c.after)
			if n := d.hear(firstDay.Add(c.published)); (n > 0) != c.lives {
				t.Errorf("%d keys live; want any: %v", n, c.lives)
			}
		})
	}
}

// What is heard of while clocks are behind does not end when they are set right.
func TestHeardOfByAClockThatIsBehind(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct{ wall, published time.Time }{
		"ours":          {firstDay.Add(-40 * day), firstDay},
		"all, unset":    {time.Unix(100, 0), time.Unix(100, 0)},
		"ours, unset":   {time.Unix(100, 0), firstDay},
		"the other's":   {firstDay, time.Unix(100, 0)},
		"none is wrong": {firstDay, firstDay},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			d := s.drive(firstDay)
			d.hear(firstDay) // so that there is a commit to look back to
			d.wall.Store(c.wall.UnixMilli())
			d.hear(c.published) // what waits for input has looked at the clock before
			value, err := s.pub.enc.Event(&[]schemas.Event{delivered("m1", "a@example.net", 1)}[0])
			if err != nil {
				t.Fatal(err)
			}
			s.pub.raw(kafkalog.Partition([]byte("m1"), partitions), kafkalog.Record{Key: []byte("m1"), Value: value, Time: c.published.UnixMilli()})
			d.hear(c.published)
			d.wall.Store(firstDay.UnixMilli())
			d.hear(firstDay)
			d.pass(2 * time.Hour)
			if n := d.hear(firstDay.Add(2 * time.Hour)); n == 0 {
				t.Error("it has ended")
			}
			d.pass(40 * day)
			if n := d.hear(firstDay.Add(41 * day)); n != 0 {
				t.Errorf("%d keys live on day 41", n)
			}
		})
	}
}
