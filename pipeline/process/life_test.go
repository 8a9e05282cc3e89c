package process

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// fewEnds makes transactions end few lives, until the test ends.
func fewEnds(t *testing.T, n int) {
	t.Helper()
	before := endsAtOnce
	endsAtOnce = n
	t.Cleanup(func() { endsAtOnce = before })
}

// firstDay is when processors of these tests begin, by their own clocks: tomorrow, so
// that no broker's clock, by which records are published, is ahead of it and believed.
var firstDay = time.Now().UTC().Truncate(24 * time.Hour).Add((24 + 13) * time.Hour)

// on runs a processor on a scene's state so many days after the first.
func (s *scene) on(day float64) {
	s.t.Helper()
	now := firstDay.Add(time.Duration(day * 24 * float64(time.Hour)))
	processBy(s.t, s.dir, Options{Client: s.client, Now: func() time.Time { return now }, Steady: -1})
}

// living returns what is in the log and not ended, and fails if the store, at
// the log's end, holds anything else.
func (s *scene) living() map[schemas.Identity]*schemas.Snapshot {
	s.t.Helper()
	all := told(s.t, s.client, partitions)
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	stored := map[schemas.Identity]bool{}
	for p := range partitions {
		keys := newKeyspace(p)
		err := st.Iterate(keys.state(nil), func(key, _ []byte) error {
			if key = keys.cutState(key); schemas.IsBookkeeping(key) {
				return nil
			}
			id, err := schemas.ParseKey(key)
			stored[id] = true
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for id := range all {
		if !stored[id] {
			s.t.Errorf("%v is not in the store", id)
		}
	}
	if len(stored) != len(all) {
		s.t.Errorf("%d keys in the store, %d in the log", len(stored), len(all))
	}
	return all
}

// space counts the store's keys of one kind.
func (s *scene) space(kind byte) (n int) {
	s.t.Helper()
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	for p := range partitions {
		err := st.Iterate(newKeyspace(p).space(kind), func(_, _ []byte) error {
			n++
			return nil
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return n
}

func delivered(messageID, recipient string, id int) schemas.Event {
	return schemas.Event{
		Identity: schemas.Identity{MessageID: messageID, Recipient: recipient}, ID: schemas.EventID(id), Kind: schemas.Delivered,
		Time: 1_700_000_000_000, Source: schemas.SourcePostfix, Stream: "s1", Code: 250, Reply: "250 ok",
	}
}

func opened(messageID, recipient string, id int) schemas.Event {
	return schemas.Event{
		Identity: schemas.Identity{MessageID: messageID, Recipient: recipient}, ID: schemas.EventID(id), Kind: schemas.Opened,
		Time: 1_700_000_600_000, Source: schemas.SourceTracking, Stream: "s2", UserAgent: "Mozilla/5.0 (X11; rv:140.0)",
	}
}

func TestLivesEnd(t *testing.T) {
	for _, atOnce := range []int{1, 7, 4096} {
		t.Run(fmt.Sprintf("%d at once", atOnce), func(t *testing.T) {
			fewEnds(t, atOnce)
			s := newScene(t, nil)
			for n := range 20 {
				s.pub.events(delivered(fmt.Sprintf("m%d", n), "a@example.net", 1))
			}
			var many []schemas.Event
			for n := range 50 {
				many = append(many, delivered("many", fmt.Sprintf("r%d@example.net", n), 100+n))
			}
			s.pub.events(many...)
			s.on(0)
			before := s.living()
			s.pub.events(opened("m3", "a@example.net", 2), opened("many", "r49@example.net", 3))
			s.on(20)
			s.on(31.4) // the first day has not ended 31 days ago
			if got := s.living(); len(got) != len(before) {
				t.Errorf("%d keys on day 31, %d on the first", len(got), len(before))
			}
			s.on(32)
			left := s.living()
			for id := range before {
				if _, ok := left[id]; ok != (id.MessageID == "m3" || id.MessageID == "many") {
					t.Errorf("%v lives: %v", id, ok)
				}
			}
			s.pub.events(many...) // known already: nothing new
			s.on(50)
			if got := s.living(); len(got) != len(left) {
				t.Errorf("%d keys on day 50, %d on day 32", len(got), len(left))
			}
			s.on(52)
			if got := s.living(); len(got) != 0 {
				t.Errorf("%d keys live on day 52: %v", len(got), got)
			}
			for _, kind := range []byte{spaceLives, spaceTimers} {
				if n := s.space(kind); n != 0 {
					t.Errorf("%d keys of index %c are left", n, kind)
				}
			}
		})
	}
}

// Whatever ended, a store that is made from the log is what the live one is, and
// knows what ends next.
func TestLivesAfterRestore(t *testing.T) {
	fewEnds(t, 5)
	s := newScene(t, mess(t, 300))
	s.on(0)
	s.pub.events(mess(t, 600)[300:400]...)
	s.on(10)
	s.on(35)
	want := outcomes(s.living())
	if len(want) == 0 {
		t.Fatal("nothing lives")
	}
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	s.on(35)
	if got := s.living(); len(outcomes(got)) != len(want) {
		t.Errorf("%d keys live after a restore, %d did before", len(got), len(want))
	}
	s.on(43)
	if got := s.living(); len(got) != 0 {
		t.Errorf("%d keys live on day 43", len(got))
	}
}

// An event that comes while its message is being deleted keeps what is left.
func TestHeardOfInTheEnd(t *testing.T) {
	fewEnds(t, 4)
	s := newScene(t, nil)
	var many []schemas.Event
	for n := range 40 {
		many = append(many, delivered("many", fmt.Sprintf("r%02d@example.net", n), 100+n))
	}
	s.pub.events(many...)
	s.on(0)
	now := firstDay.Add(40 * 24 * time.Hour)
	s.processSome(Options{Now: func() time.Time { return now }, Steady: -1}, 19)
	if got := len(s.living()); got < 3 || got > 40 {
		t.Fatalf("not in the middle: %d keys", got)
	}
	s.pub.events(opened("many", "r39@example.net", 3))
	s.on(40)
	left := s.living()
	if s := left[schemas.Identity{MessageID: "many", Recipient: "r39@example.net"}]; s == nil || s.Row.Delivered == 0 || s.Row.Opened == 0 {
		t.Errorf("what was heard of has become %+v of %d keys", s, len(left))
	}
	if own := left[schemas.Identity{MessageID: "many"}]; own == nil {
		t.Error("the message's own record has gone before the others")
	}
}

// As before, but what comes is taken in while the clock is not believed.
func TestHeardOfInTheEndByAClockThatLeapt(t *testing.T) {
	fewEnds(t, 2)
	client := broker(t, 1)
	pub := newPublisher(t, client, 1)
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	now := firstDay
	p := New(Options{Client: client, Store: st, Now: func() time.Time { return now }, Steady: -1})
	w := newWorker(p, st, 0, newPatience())
	if err := errors.Join(w.producer.Init(t.Context()), w.restore(t.Context())); err != nil {
		t.Fatal(err)
	}
	input := client.NewReader(schemas.TopicEvents, 0, 0)
	turns := func(until func() bool) {
		t.Helper()
		for range 400 {
			if err := w.turn(t.Context(), input); err != nil {
				t.Fatal(err)
			}
			if until() {
				return
			}
		}
		t.Fatal("it did not happen")
	}
	hear := func(events ...schemas.Event) {
		t.Helper()
		pub.events(events...)
		before := w.input
		turns(func() bool { return w.input > before })
	}
	var many []schemas.Event
	for n := range 10 {
		many = append(many, delivered("many", fmt.Sprintf("r%02d@example.net", n), 100+n))
	}
	hear(many...)
	turns(func() bool { return !w.busy() })
	now = firstDay.AddDate(0, 0, 40)
	turns(func() bool { return w.lives.old })
	p.clock.steady = time.Hour
	hear(opened("many", "r09@example.net", 999))
	p.clock.steady = -1 // an hour later
	turns(func() bool { return !w.busy() })
	got := told(t, client, 1)[schemas.Identity{MessageID: "many", Recipient: "r09@example.net"}]
	if got == nil || got.Row.Delivered == 0 || got.Row.Opened == 0 {
		t.Errorf("what was heard of has become %+v", got)
	}
}

// What comes just in time keeps its message alive.
func TestHeardOfAtTheLastMoment(t *testing.T) {
	s := newScene(t, nil)
	s.pub.events(delivered("m1", "a@example.net", 1))
	s.on(0)
	s.pub.events(opened("m1", "a@example.net", 2))
	s.on(40)
	if got := s.living()[schemas.Identity{MessageID: "m1", Recipient: "a@example.net"}]; got == nil || got.Row.Delivered == 0 || got.Row.Opened == 0 {
		t.Errorf("it is %+v", got)
	}
}

// Nothing of what ended is left in the memory of who ended it.
func TestEndIsNotRemembered(t *testing.T) {
	s := newScene(t, nil)
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var day atomic.Int64
	p := New(Options{Client: s.client, Store: st, Now: func() time.Time { return firstDay.AddDate(0, 0, int(day.Load())) }, Steady: -1})
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	wait := func() {
		t.Helper()
		ends, err := s.client.EndOffsets(ctx, schemas.TopicEvents)
		if err == nil {
			err = p.WaitFor(ctx, ends)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s.pub.events(delivered("m1", "a@example.net", 1))
	wait()
	day.Store(40)
	for len(told(t, s.client, partitions)) > 0 {
		s.pub.clock(schemas.Clock{Stream: "s1"})
		wait()
	}
	s.pub.events(opened("m1", "a@example.net", 2))
	wait()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := told(t, s.client, partitions)[schemas.Identity{MessageID: "m1", Recipient: "a@example.net"}]; got == nil || got.Standing != schemas.Unmatched {
		t.Errorf("a late open is %+v, want unmatched", got)
	}
}

// What is heard after the end replaces no row unless it creates recipients.
func TestHeardOfAfterTheEnd(t *testing.T) {
	s := newScene(t, nil)
	s.pub.events(delivered("m1", "a@example.net", 1))
	s.on(0)
	s.on(40)
	s.pub.events(opened("m1", "a@example.net", 2))
	s.on(41)
	id := schemas.Identity{MessageID: "m1", Recipient: "a@example.net"}
	if got := s.living()[id]; got == nil || got.Was != schemas.Unmatched {
		t.Errorf("a late open is %+v, want unmatched", got)
	}
	s.pub.events(delivered("m1", "a@example.net", 1))
	s.on(42)
	if got := s.living()[id]; got == nil || got.Standing != schemas.Shown || got.Row.Opened == 0 {
		t.Errorf("with its delivery read again it is %+v", got)
	}
}

// A store that may have missed tombstones is not believed, another is.
func TestStaleStoreIsMadeAnew(t *testing.T) {
	for name, c := range map[string]struct {
		days  float64
		stale bool
	}{
		"young": {4, false}, "old": {6.5, true}, "from the future": {-7, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			s.pub.events(delivered("m1", "a@example.net", 1))
			s.on(0)
			// Somebody else works on, and what marks the store is not in the log.
			mine := s.dir
			s.dir = t.TempDir()
			for n := range 20 {
				s.pub.events(delivered(fmt.Sprintf("later%d", n), "a@example.net", 2))
			}
			s.on(0)
			s.dir = mine
			s.markStore()
			s.on(c.days)
			if marks := s.space('x'); (marks == 0) != c.stale {
				t.Errorf("%d marks are left", marks)
			}
		})
	}
}

// markStore puts something into a store that is lost when it is made anew.
func (s *scene) markStore() {
	s.t.Helper()
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	b := st.NewBatch()
	for p := range partitions {
		b.Set(newKeyspace(p).space('x'), []byte{1})
	}
	if err := b.Commit(true); err != nil {
		s.t.Fatal(err)
	}
}

// Events at random, on days at random: what lives is what was heard of lately,
// whatever is lost meanwhile.
func TestLivesAtRandom(t *testing.T) {
	fewEnds(t, 3)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	s := newScene(t, nil)
	heard := map[string]float64{}
	day, id := 0.0, 0
	for range 12 {
		day += float64(r.IntN(14))
		for m := range heard { // before anything that comes
			if int(heard[m])+32 <= int(day) {
				delete(heard, m)
			}
		}
		s.on(day)
		for range r.IntN(12) {
			id++
			m := fmt.Sprintf("m%d", r.IntN(20))
			s.pub.events(delivered(m, fmt.Sprintf("r%d@example.net", r.IntN(4)), id))
			heard[m] = day
		}
		s.on(day)
		if r.IntN(3) == 0 {
			if err := os.RemoveAll(s.dir); err != nil {
				t.Fatal(err)
			}
			s.on(day)
		}
		living := map[string]bool{}
		for id := range s.living() {
			living[id.MessageID] = true
		}
		for m := range heard {
			if !living[m] {
				t.Errorf("day %v: %s does not live, heard of on %v", day, m, heard[m])
			}
		}
		if len(living) != len(heard) {
			t.Errorf("day %v: %d messages live, want %d", day, len(living), len(heard))
		}
	}
}
