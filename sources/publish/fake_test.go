package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/tail"
)

// record is one that the fake log has.
type record struct {
	topic     string
	partition int
	key       string
	value     []byte
}

// fakeLog keeps what is published, and fails when it is told to.
type fakeLog struct {
	mu      sync.Mutex
	cond    *sync.Cond
	records []record
	calls   int
	failAt  int  // this call and all after it fail; 0: none
	lost    bool // what fails is nevertheless kept, as when an answer is lost
	block   bool // calls wait until their context ends
}

var errLog = errors.New("the log is away")

func newFakeLog() *fakeLog {
	l := &fakeLog{}
	l.cond = sync.NewCond(&l.mu)
	return l
}

func (l *fakeLog) Publish(ctx context.Context, topic string, partition int, records []kafkalog.Record) error {
	l.mu.Lock()
	l.calls++
	fails, block := l.failAt > 0 && l.calls >= l.failAt, l.block
	if !block && (!fails || l.lost) {
		for _, r := range records {
			l.records = append(l.records, record{topic, partition, string(r.Key), bytes.Clone(r.Value)})
		}
	}
	l.cond.Broadcast()
	l.mu.Unlock()
	switch {
	case block:
		<-ctx.Done()
		return ctx.Err()
	case fails:
		return errLog
	default:
		return ctx.Err()
	}
}

// wait waits until ok says that the records are as they should be.
func (l *fakeLog) wait(ok func([]record) bool) []record {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !ok(l.records) {
		l.cond.Wait()
	}
	return slices.Clone(l.records)
}

func (l *fakeLog) all() []record { return l.wait(func([]record) bool { return true }) }

// of decodes the events and clocks among records.
func decode(t testing.TB, records []record) (events []schemas.Event, clocks []schemas.Clock) {
	t.Helper()
	d := schemas.NewDecoder()
	for _, r := range records {
		if r.topic != schemas.TopicEvents {
			continue
		}
		var ev schemas.Event
		c, isClock, err := d.Record(r.value, &ev)
		if err != nil {
			t.Fatal(err)
		}
		if isClock {
			clocks = append(clocks, c.Clock)
		} else {
			events = append(events, ev)
		}
	}
	return events, clocks
}

// ids returns the distinct event ids, sorted.
func ids(events []schemas.Event) []schemas.EventID {
	all := make([]schemas.EventID, 0, len(events))
	for _, e := range events {
		all = append(all, e.ID)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// countingParser reads lines of "seconds id", makes one event of each, and numbers
// them: an event's id depends on how many lines came before, so that state and
// position that do not belong together show. "ctx", "ign" and "bad" have no event.
type countingParser struct {
	lines uint64
	time  int64
	dirty bool
}

func (p *countingParser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	p.lines++
	p.dirty = true
	stamp, id, ok := bytes.Cut(line.Data, []byte(" "))
	seconds, err := strconv.ParseInt(string(stamp), 10, 64)
	switch {
	case string(stamp) == "ctx":
		return sources.Result{Outcome: sources.Context}
	case string(stamp) == "ign":
		return sources.Result{Outcome: sources.Ignored, Rule: string(id)}
	case !ok || err != nil:
		return sources.Result{Outcome: sources.Unparsed}
	}
	p.time = max(p.time, seconds*1000)
	ev := schemas.Event{
		ID: schemas.HashEvent(string(line.Data), strconv.FormatUint(p.lines, 10)).ID(), Kind: schemas.Delivered,
		Time: seconds * 1000, File: line.File, Offset: line.Offset,
		Identity: schemas.Identity{MessageID: string(id), Recipient: "a@example.com"},
	}
	emit(&ev)
	return sources.Result{Outcome: sources.Events}
}

func (p *countingParser) Time() int64 { return p.time }

func (p *countingParser) Changes(put func(key, value []byte) error) error {
	if !p.dirty {
		return nil
	}
	p.dirty = false
	return put([]byte("n"), fmt.Appendf(nil, "%d %d", p.lines, p.time))
}

func (p *countingParser) Load(_, value []byte) error {
	_, err := fmt.Sscanf(string(value), "%d %d", &p.lines, &p.time)
	return err
}

// bench is everything that a stream in a test needs.
type bench struct {
	t     testing.TB
	dir   string // of the logs
	store *store.Store
	log   *fakeLog
	now   func() time.Time
	set   func(*Options)
	tail  tail.Options
}

// epoch is the wall clock of the tests: 1,000,000 s after 1970.
var epoch = time.Unix(1_000_000, 0)

func newBench(t testing.TB) *bench {
	t.Helper()
	s, err := store.Open("store", store.Options{FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &bench{t: t, dir: t.TempDir(), store: s, log: newFakeLog(), now: func() time.Time { return epoch }, set: func(*Options) {}}
}

func (b *bench) write(name, content string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) stream() *Stream {
	b.t.Helper()
	sets, err := tail.Discover([]string{b.dir})
	if err != nil || len(sets) > 1 {
		b.t.Fatalf("discover: %v, %v", sets, err)
	}
	if len(sets) == 0 {
		sets = []tail.Set{{Path: filepath.Join(b.dir, "mail.log")}}
	}
	opts := Options{
		Name: "test:/log", Reader: tail.Open(sets[0], b.tail), Parser: func() sources.Parser { return &countingParser{} },
		Store: b.store, Log: b.log, Partitions: 3, Now: b.now,
	}
	b.set(&opts)
	s, err := New(opts)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) replay() Stats {
	b.t.Helper()
	s := b.stream()
	if err := s.Replay(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return s.Stats()
}
