package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources/shape"
	"mailfate/sources/tail"
)

// logText has n lines with events, and others between them.
func logText(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%d id-%d\n", 1000+i, i%50)
		switch i % 5 {
		case 1:
			b.WriteString("ctx\n")
		case 2:
			b.WriteString("ign noise\n")
		case 3:
			fmt.Fprintf(&b, "bad line %d of host mx%d\n", i, i%3)
		}
	}
	return b.String()
}

func TestReplay(t *testing.T) {
	b := newBench(t)
	b.write("mail.log.1", logText(0, 100))
	b.write("mail.log", logText(100, 200))
	got := b.replay()
	want := Stats{
		Lines: 320, Bytes: uint64(len(logText(0, 200))), Events: 200, Context: 40, Unparsed: 40,
		Ignored: map[string]uint64{"noise": 40}, Clock: 1_199_000, Newest: 1_199_000,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("stats:\n got %+v\nwant %+v", got, want)
	}
	records := b.log.all()
	events, clocks := decode(t, records)
	if len(ids(events)) != 200 || len(events) != 200 {
		t.Errorf("%d events, %d distinct; want 200", len(events), len(ids(events)))
	}
	if len(clocks) != 3 || clocks[0] != (schemas.Clock{Stream: "test:/log", Time: 1_199_000}) {
		t.Errorf("clocks: %v; want the last line's time on 3 partitions", clocks)
	}
	for _, r := range records {
		if r.topic == schemas.TopicEvents && strings.HasPrefix(r.key, "id-") && r.partition != kafkalog.Partition([]byte(r.key), 3) {
			t.Errorf("%s is on partition %d", r.key, r.partition)
		}
	}
	if e := events[0]; e.Stream != "test:/log" || !strings.HasPrefix(e.File, b.dir) {
		t.Errorf("evidence: %+v", e)
	}

	again := b.replay()
	if n := len(b.log.all()); n != len(records) {
		t.Errorf("the second replay published %d records", n-len(records))
	}
	if !reflect.DeepEqual(again, want) {
		t.Errorf("stats of the second replay:\n got %+v\nwant %+v", again, want)
	}
}

func TestEventsOfAMessageKeepTheirOrder(t *testing.T) {
	b := newBench(t)
	b.set = func(o *Options) { o.BatchBytes = 1000 }
	b.write("mail.log", logText(0, 2000))
	b.replay()
	last := map[string]int64{}
	events, _ := decode(t, b.log.all())
	for _, e := range events {
		if e.Offset <= last[e.MessageID] && last[e.MessageID] > 0 {
			t.Fatalf("%s: offset %d after %d", e.MessageID, e.Offset, last[e.MessageID])
		}
		last[e.MessageID] = e.Offset
	}
}

// TestAnyCrash lets the log fail at every call in turn, with and without keeping
// what it refused, and starts again from the store: all is there, as in one run.
func TestAnyCrash(t *testing.T) {
	whole := newBench(t)
	whole.write("mail.log", logText(0, 300))
	wantStats := whole.replay()
	events, _ := decode(t, whole.log.all())
	want := ids(events)
	for _, lost := range []bool{false, true} {
		for failAt := 1; ; failAt++ {
			b := newBench(t)
			b.set = func(o *Options) {
				o.BatchBytes = 2000
				o.CheckpointEvery = 1 // after every block
				o.Reader = small(t, b.dir)
			}
			b.write("mail.log", logText(0, 300))
			b.log.failAt, b.log.lost = failAt, lost
			err := b.stream().Replay(t.Context())
			b.log.failAt = 0
			if err == nil {
				break // the run has fewer calls
			}
			if !errors.Is(err, errLog) {
				t.Fatalf("failing at call %d: %v", failAt, err)
			}
			stats := b.replay()
			if stats.Clock != wantStats.Clock || stats.Lines != wantStats.Lines || stats.Events != wantStats.Events || stats.Unparsed != wantStats.Unparsed {
				t.Fatalf("failing at call %d: stats %+v, want %+v", failAt, stats, wantStats)
			}
			events, clocks := decode(t, b.log.all())
			if !slices.Equal(ids(events), want) {
				t.Fatalf("failing at call %d (lost answer: %v): %d events, want %d", failAt, lost, len(ids(events)), len(want))
			}
			if c := clocks[len(clocks)-1]; c.Time != wantStats.Clock {
				t.Fatalf("failing at call %d: last clock %v", failAt, c)
			}
			wantShapes(t, b.log.all(), 60)
		}
	}
}

// small returns a reader that hands out a few lines at a time, so that there are
// many places to fail at.
func small(t testing.TB, dir string) tail.Reader {
	t.Helper()
	sets, err := tail.Discover([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	return &slowReader{Reader: tail.Open(sets[0], tail.Options{})}
}

// wantShapes checks that the newest record of each shape counts all its lines.
func wantShapes(t testing.TB, records []record, want uint64) {
	t.Helper()
	newest := map[string]uint64{}
	for _, r := range records {
		if r.topic == schemas.TopicUnparsed {
			u, err := schemas.NewDecoder().Unparsed(r.value)
			if err != nil {
				t.Fatal(err)
			}
			newest[r.key] = u.Lines
		}
	}
	var sum uint64
	for _, n := range newest {
		sum += n
	}
	if sum != want {
		t.Fatalf("%d unparsed lines in %v, want %d", sum, newest, want)
	}
}

func TestClockComesAfterTheEventsAreAcknowledged(t *testing.T) {
	b := newBench(t)
	b.write("mail.log", logText(0, 100))
	b.replay()
	seenClock := false
	for _, r := range b.log.all() {
		switch clock := strings.HasPrefix(r.key, "clock:"); {
		case clock:
			seenClock = true
		case seenClock && r.topic == schemas.TopicEvents:
			t.Fatal("an event after a clock of its stream")
		}
	}
}

func TestDeadLetters(t *testing.T) {
	b := newBench(t)
	tomorrow := epoch.Unix() + 24*60*60
	lines := []string{
		fmt.Sprintf("%d almost", tomorrow),
		fmt.Sprintf("%d future", tomorrow+1),
		"5 ", // no message id
	}
	b.write("mail.log", strings.Join(lines, "\n")+"\n")
	s := b.replay()
	if s.Dead != 2 || s.Events != 1 {
		t.Errorf("%d dead, %d events; want 2 and 1", s.Dead, s.Events)
	}
	// A stamp from the future does not let the timers run out.
	if want := tomorrow * 1000; s.Clock != want {
		t.Errorf("clock %d, want %d", s.Clock, want)
	}
	d := schemas.NewDecoder()
	var reasons []schemas.DeadReason
	for _, r := range b.log.all() {
		if r.topic != schemas.TopicDead {
			continue
		}
		l, err := d.DeadLetter(r.value)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(lines, string(l.Bytes)) || l.Stream != "test:/log" || l.File == "" || l.Detail == "" {
			t.Errorf("dead letter: %+v", l)
		}
		reasons = append(reasons, l.Reason)
	}
	slices.Sort(reasons)
	if !slices.Equal(reasons, []schemas.DeadReason{schemas.DeadFuture, schemas.DeadMalformed}) {
		t.Errorf("reasons: %v", reasons)
	}
}

func TestUnparsedShapesAreBounded(t *testing.T) {
	b := newBench(t)
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "bad %s\n", strings.Repeat("ab ", i%70)+strings.Repeat("o", i%31))
	}
	b.write("mail.log", text.String())
	b.replay()
	records := b.log.all()
	wantShapes(t, records, 5000)
	keys := map[string]bool{}
	for _, r := range records {
		if r.topic == schemas.TopicUnparsed {
			keys[r.key] = true
			if u, _ := schemas.NewDecoder().Unparsed(r.value); len(u.Examples) == 0 || len(u.Examples) > 3 || u.File == "" {
				t.Errorf("examples: %+v", u)
			}
		}
	}
	if len(keys) != shape.Max+1 || !keys["test:/log\x00other"] {
		t.Errorf("%d shapes", len(keys))
	}
}

func TestProblemsOfFilesComeBackAndTheRestIsPublished(t *testing.T) {
	b := newBench(t)
	b.write("mail.log", logText(0, 10))
	b.write("mail.log.1", "\x7fELF and so on")
	s := b.stream()
	err := s.Replay(t.Context())
	if !errors.Is(err, tail.ErrNotALog) || !strings.Contains(err.Error(), b.dir+"/mail.log.1") {
		t.Errorf("error: %v", err)
	}
	if s.Stats().Events != 10 {
		t.Errorf("stats: %+v", s.Stats())
	}
}

func TestReplayStopsWithItsContext(t *testing.T) {
	b := newBench(t)
	b.log.block = true
	b.write("mail.log", logText(0, 100))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		b.log.mu.Lock()
		for b.log.calls == 0 {
			b.log.cond.Wait()
		}
		b.log.mu.Unlock()
		cancel()
	}()
	if err := b.stream().Replay(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	b.log.block = false
	b.replay()
	if events, _ := decode(t, b.log.all()); len(ids(events)) != 100 {
		t.Errorf("%d events after a new start", len(ids(events)))
	}
}

// closedGate opens when it is told to.
type closedGate chan struct{}

func (g closedGate) Wait(ctx context.Context) error {
	select {
	case <-g:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestTheGateHoldsEverythingBack(t *testing.T) {
	b := newBench(t)
	gate := make(closedGate)
	b.set = func(o *Options) { o.Gate = gate }
	b.write("mail.log", logText(0, 100))
	s := b.stream()
	done := make(chan error)
	go func() { done <- s.Replay(t.Context()) }()
	gate <- struct{}{} // one may pass
	b.log.wait(func(r []record) bool { return len(r) > 0 })
	b.log.mu.Lock()
	if b.log.calls != 1 {
		t.Errorf("%d calls through a gate that opened once", b.log.calls)
	}
	b.log.mu.Unlock()
	close(gate)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestStreamsDoNotMeetInTheStore(t *testing.T) {
	names := []string{"a", "ab", "b", "a\x00b", strings.Repeat("a", 300)}
	for _, x := range names {
		for _, y := range names {
			if x != y && bytes.HasPrefix(checkpointPrefix(x), checkpointPrefix(y)) {
				t.Errorf("the keys of %q are among those of %q", x, y)
			}
		}
	}
}

func TestForgetAll(t *testing.T) {
	b := newBench(t)
	b.write("mail.log", logText(0, 10))
	b.replay()
	n := len(b.log.all())
	if err := ForgetAll(b.store); err != nil {
		t.Fatal(err)
	}
	b.replay()
	if got := len(b.log.all()); got != 2*n {
		t.Errorf("%d records after a second reading from the start, want %d", got, 2*n)
	}
}
