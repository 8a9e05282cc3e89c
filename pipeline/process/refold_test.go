package process

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

const partitions = 2

var (
	oneDay   = status.Timers{GiveUp: 24 * hour}
	fiveDays = status.Timers{GiveUp: 5 * 24 * hour}
)

func (p *publisher) refold(id uint64) {
	p.t.Helper()
	value, err := p.enc.Refold(schemas.Refold{ID: id})
	if err != nil {
		p.t.Fatal(err)
	}
	for at := range p.partitions {
		p.raw(at, kafkalog.Record{Key: []byte("refold"), Value: slices.Clone(value), Time: 1})
	}
}

// slowly makes refolds take few recipients at once, until the test ends.
func slowly(t *testing.T, n int) {
	t.Helper()
	before := refoldAtOnce
	refoldAtOnce = n
	t.Cleanup(func() { refoldAtOnce = before })
}

// A scene is a broker with events and clocks in it, and a processor's state.
type scene struct {
	t      *testing.T
	client *kafkalog.Client
	pub    *publisher
	dir    string
}

func newScene(t *testing.T, events []schemas.Event) *scene {
	t.Helper()
	client := broker(t, partitions)
	s := &scene{t: t, client: client, pub: newPublisher(t, client, partitions), dir: t.TempDir()}
	s.pub.events(events...)
	s.pub.clock(schemas.Clock{Stream: "s1", Time: 100 * hour})
	s.pub.clock(schemas.Clock{Stream: "s2", Time: 200 * hour})
	return s
}

func (s *scene) process(timers status.Timers) {
	s.t.Helper()
	processBy(s.t, s.dir, Options{Client: s.client, Timers: timers})
}

// processUntil runs a processor for so many transactions, then ends it.
func (s *scene) processUntil(timers status.Timers, transactions int32) {
	s.t.Helper()
	s.processSome(Options{Timers: timers, Now: time.Now}, transactions)
}

// processSome is processUntil by certain rules, of which Now is one.
func (s *scene) processSome(o Options, transactions int32) {
	s.t.Helper()
	st, err := store.Open(s.dir, store.Options{Cache: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	ctx, stop := context.WithCancel(s.t.Context())
	defer stop()
	var begun atomic.Int32
	now := o.Now
	o.Now = func() time.Time {
		if begun.Add(1) > transactions {
			stop()
		}
		return now()
	}
	o.Client, o.Store = s.client, st
	if err := New(o).Run(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// retold is what mail.status says behind the given offsets: how often which
// snapshot, and how far the refold of each partition has come.
func (s *scene) retold(from []int64) (map[schemas.Identity]int, []schemas.Refolding) {
	s.t.Helper()
	snapshots, last := map[schemas.Identity]int{}, make([]schemas.Refolding, len(from))
	dec := schemas.NewDecoder()
	readStatus(s.t, s.client, from, func(partition int, r kafkalog.Record) (err error) {
		if bytes.Equal(r.Key, schemas.RefoldKey) {
			last[partition], err = dec.Refolding(r.Value)
			return err
		}
		if !schemas.IsBookkeeping(r.Key) {
			id, err := schemas.ParseKey(r.Key)
			snapshots[id]++
			return err
		}
		return nil
	})
	return snapshots, last
}

func sum(parts []schemas.Refolding) (all schemas.Refolding) {
	all.Done = true
	for _, r := range parts {
		all.ID, all.Looked, all.Changed, all.Done = r.ID, all.Looked+r.Looked, all.Changed+r.Changed, all.Done && r.Done
	}
	return all
}

func shown(all map[schemas.Identity]*schemas.Snapshot) (n uint64) {
	for id, s := range all {
		if id.Recipient != "" && s.Standing == schemas.Shown {
			n++
		}
	}
	return n
}

// same holds what was folded again against what a new processor makes of it all.
func same(t *testing.T, want, got map[schemas.Identity]*schemas.Snapshot) {
	t.Helper()
	w, g := outcomes(want), outcomes(got)
	if len(w) != len(g) {
		t.Errorf("%d keys, want %d", len(g), len(w))
	}
	for id := range w {
		if d := cmp.Diff(w[id], g[id], cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%v (-want +got):\n%s", id, d)
		}
		if d := cmp.Diff(want[id].Timers, got[id].Timers, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%v: timers (-want +got):\n%s", id, d)
		}
	}
}

// mess is randomEvents and some messages that were deferred and never heard of again.
func mess(t *testing.T, n int) []schemas.Event {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	events := randomEvents(r, n)
	for i := range n / 10 {
		events = append(events, schemas.Event{
			Identity: schemas.Identity{MessageID: fmt.Sprintf("d%d@example.com", i/2), Recipient: fmt.Sprintf("%d@example.net", i%2)},
			ID:       1, Kind: schemas.Deferred, Time: int64(r.IntN(10)) * 24 * hour, Stream: "s1", Source: schemas.SourcePostfix,
		})
	}
	r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

func TestRefoldByTheSameRulesTellsNothing(t *testing.T) {
	s := newScene(t, mess(t, 400))
	s.process(fiveDays)
	before, from := told(t, s.client, partitions), endOfStatus(t, s.client)
	s.pub.refold(7)
	s.process(fiveDays)
	snapshots, parts := s.retold(from)
	if len(snapshots) > 0 {
		t.Errorf("told again: %v", snapshots)
	}
	if got, want := sum(parts), (schemas.Refolding{ID: 7, Looked: shown(before), Done: true}); got != want || got.Looked == 0 {
		t.Errorf("%+v, want %+v", got, want)
	}
	from = endOfStatus(t, s.client)
	s.pub.refold(7) // read twice
	s.process(fiveDays)
	if _, parts := s.retold(from); sum(parts).ID != 0 {
		t.Errorf("carried out twice: %v", parts)
	}
}

// What is told is what differs, and nothing else is.
func TestRefoldByOtherRules(t *testing.T) {
	events := mess(t, 600)
	fresh := newScene(t, events)
	fresh.process(fiveDays)
	want := told(t, fresh.client, partitions)

	s := newScene(t, events)
	s.process(oneDay)
	before, from := told(t, s.client, partitions), endOfStatus(t, s.client)
	slowly(t, 5)
	s.pub.refold(7)
	s.process(fiveDays)
	after := told(t, s.client, partitions)
	same(t, want, after)

	snapshots, parts := s.retold(from)
	old, now := outcomes(before), outcomes(after)
	rows := uint64(0)
	for id := range after {
		row := !cmp.Equal(old[id], now[id], cmpopts.EquateEmpty())
		if row {
			rows++
		}
		times := 0
		if row || !slices.Equal(before[id].Timers, after[id].Timers) {
			times = 1
		}
		if snapshots[id] != times {
			t.Errorf("%v was told %d times, want %d", id, snapshots[id], times)
		}
	}
	if got, want := sum(parts), (schemas.Refolding{ID: 7, Looked: shown(after), Changed: rows, Done: true}); got != want || rows == 0 {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// A refold goes on where it was when its processor ended, on the same state or,
// from the log, on none; by other rules it begins anew.
func TestRefoldGoesOn(t *testing.T) {
	events := mess(t, 600)
	fresh := newScene(t, events)
	fresh.process(fiveDays)
	want := told(t, fresh.client, partitions)
	for name, interrupt := range map[string]func(s *scene){
		"the same state": func(*scene) {},
		"state lost": func(s *scene) {
			if err := os.RemoveAll(s.dir); err != nil {
				t.Fatal(err)
			}
		},
		"other rules":    func(s *scene) { s.processUntil(status.Timers{GiveUp: hour}, 8) },
		"a newer order":  func(s *scene) { s.pub.refold(8) },
		"an older order": func(s *scene) { s.pub.refold(6) },
	} {
		t.Run(name, func(t *testing.T) {
			slowly(t, 3)
			s := newScene(t, events)
			s.process(oneDay)
			from := endOfStatus(t, s.client)
			s.pub.refold(7)
			s.processUntil(fiveDays, 20)
			_, parts := s.retold(from)
			half := sum(parts)
			if half.Done || half.Looked == 0 {
				t.Fatalf("not in the middle: %+v", parts)
			}
			interrupt(s)
			s.process(fiveDays)
			same(t, want, told(t, s.client, partitions))
			_, parts = s.retold(from)
			all := sum(parts)
			if !all.Done || all.Looked != shown(want) || all.Changed < half.Changed {
				t.Errorf("after %+v: %+v, want %d looked at", half, all, shown(want))
			}
			if id := map[bool]uint64{true: 8, false: 7}[name == "a newer order"]; all.ID != id {
				t.Errorf("carried out was %d, want %d", all.ID, id)
			}
		})
	}
}

// Events that come meanwhile, to what was looked at and what was not.
func TestRefoldWhileEventsCome(t *testing.T) {
	events := mess(t, 600)
	fresh := newScene(t, events)
	fresh.process(fiveDays)

	slowly(t, 2)
	first := events[:300]
	s := newScene(t, first)
	s.process(oneDay)
	s.pub.refold(7)
	for at := 300; at < len(events); at += 50 {
		s.processUntil(fiveDays, 10)
		s.pub.events(events[at:min(at+50, len(events))]...)
	}
	s.process(fiveDays)
	same(t, told(t, fresh.client, partitions), told(t, s.client, partitions))
}

// asBefore makes of a snapshot what was stored when canonical was the only
// vocabulary: one byte of statuses, and only the changes of that one.
func asBefore(t *testing.T, s schemas.Snapshot) []byte {
	t.Helper()
	canonical := func(all schemas.Statuses) schemas.Statuses { return schemas.Statuses{all[0]} }
	s.Row.Statuses = canonical(s.Row.Statuses)
	var history []schemas.Change
	for _, c := range s.History {
		c.Before, c.After = canonical(c.Before), canonical(c.After)
		if c.Before != c.After {
			history = append(history, c)
		}
	}
	s.History, s.Rules = history, 1
	value, err := schemas.NewEncoder().Snapshot(&s)
	if err != nil {
		t.Fatal(err)
	}
	for v := range schemas.Canonical.Rows {
		value = bytes.ReplaceAll(value, []byte{0xc4, 5, byte(v), 0, 0, 0, 0}, []byte{0xc4, 1, byte(v)})
	}
	return bytes.Clone(value)
}

func TestRefoldFillsNewVocabularies(t *testing.T) {
	s := newScene(t, mess(t, 600))
	s.process(fiveDays)
	want := told(t, s.client, partitions)

	old := newScene(t, nil)
	put := func(partition int, key, value []byte) {
		err := old.pub.out.Publish(t.Context(), schemas.TopicStatus, partition, []kafkalog.Record{{Key: key, Value: value, Time: 1}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id, snap := range want {
		put(kafkalog.Partition([]byte(id.MessageID), partitions), id.AppendKey(nil), asBefore(t, *snap))
	}
	for p := range partitions {
		put(p, schemas.BookmarkKey, []byte{1, 0x92, 0, 5}) // as it was written then: no rules
	}
	from := endOfStatus(t, old.client)
	for _, n := range from {
		if n < 10 {
			t.Fatalf("too little in one partition: %v", from)
		}
	}
	old.pub.refold(7)
	old.process(fiveDays)
	same(t, want, told(t, old.client, partitions))
	snapshots, parts := old.retold(from)
	for id, n := range snapshots {
		if n != 1 {
			t.Errorf("%v was told %d times", id, n)
		}
	}
	if all := sum(parts); !all.Done || all.Changed == 0 || all.Changed > all.Looked {
		t.Errorf("%+v", all)
	}
}

// bare is a worker with a store and nothing else.
func bare(t *testing.T) *worker {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &worker{
		processor: New(Options{Store: st}), store: st, keys: newKeyspace(1), eval: status.NewEvaluator(fiveDays),
		enc: schemas.NewEncoder(), dec: schemas.NewDecoder(), space: newSpace(), refold: schemas.Refolding{Done: true},
	}
}

func (w *worker) fill(t *testing.T, n int, value []byte) {
	t.Helper()
	into := w.store.NewBatch()
	into.Set(w.keys.state(schemas.BookmarkKey), []byte{1})
	for i := range n {
		id := schemas.Identity{MessageID: fmt.Sprintf("m%d", i/3), Recipient: []string{"", "r", "\xff\xff"}[i%3]}
		into.Set(w.keys.state(id.AppendKey(nil)), value)
		id.Account = "acme"
		into.Set(w.keys.state(id.AppendKey(nil)), value)
		into.Set(newKeyspace(2).state(id.AppendKey(nil)), value) // another partition's
	}
	if err := into.Commit(false); err != nil {
		t.Fatal(err)
	}
}

// However many there are, one transaction holds few, and each comes once.
func TestRefoldIsBounded(t *testing.T) {
	empty, err := schemas.NewEncoder().Snapshot(&schemas.Snapshot{})
	if err != nil {
		t.Fatal(err)
	}
	slowly(t, 999) // odd: no recipient's two keys may come apart
	large := append(slices.Clone(empty), make([]byte, 1<<20)...)
	for name, c := range map[string]struct {
		keys, most int
		value      []byte
	}{
		"many":  {20_000, refoldAtOnce, empty},
		"large": {40, 2, large}, // two keys each
		"none":  {0, 0, empty},
	} {
		t.Run(name, func(t *testing.T) {
			w := bare(t)
			w.fill(t, c.keys, c.value)
			seen := map[schemas.Identity]int{}
			newBatch(w).beginRefold(schemas.Refold{ID: 1})
			for turns := 0; !w.refold.Done; turns++ {
				b := newBatch(w)
				if err := b.followRefold(); err != nil {
					t.Fatal(err)
				}
				if len(b.visits) > c.most || turns > c.keys {
					t.Fatalf("%d recipients at once in turn %d, want %d", len(b.visits), turns, c.most)
				}
				for i := range b.visits {
					v := &b.visits[i]
					if err := b.look(v); err != nil {
						t.Fatal(err)
					}
					if seen[schemas.Identity{MessageID: v.messageID, Recipient: v.recipient}]++; !v.refold || !slices.Equal(v.accounts, []string{"acme"}) {
						t.Fatalf("%+v", v)
					}
				}
				if err := b.release(); err != nil {
					t.Fatal(err)
				}
				if len(b.cells) > 4*c.most { // each under an account and none, and their message's own records
					t.Fatalf("%d states at once", len(b.cells))
				}
			}
			if len(seen) != c.keys {
				t.Errorf("%d recipients, want %d", len(seen), c.keys)
			}
			for id, n := range seen {
				if n != 1 {
					t.Errorf("%v came %d times", id, n)
				}
			}
		})
	}
}

// Whoever works under other rules than those of what is stored is told how to
// mend it, once, until it is mended.
func TestOtherRulesAreWarnedOf(t *testing.T) {
	s := newScene(t, mess(t, 50))
	warned := func(timers status.Timers) int {
		t.Helper()
		var log bytes.Buffer
		processBy(t, s.dir, Options{
			Client: s.client, Timers: timers, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
		})
		return strings.Count(log.String(), "mailfate refold")
	}
	expect := func(what string, timers status.Timers, want int) {
		t.Helper()
		if n := warned(timers); n != want {
			t.Errorf("%s: warned %d times, want %d", what, n, want)
		}
	}
	expect("at first", oneDay, 0)
	expect("again", oneDay, 0)
	expect("after a change", fiveDays, 1)
	expect("after the change was undone", oneDay, 0)
	s.pub.events(mess(t, 50)...)
	expect("after more events", fiveDays, 1)
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	expect("by a state from the log", fiveDays, 1)
	expect("by the rules of a part", oneDay, 1)
	s.pub.refold(7)
	expect("while it is mended", fiveDays, 0)
	expect("after it was mended", fiveDays, 0)
}
