package intake

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mailfate/pipeline/kafkalog"
)

// fakeLog is one partition in memory.
type fakeLog struct {
	mu       sync.Mutex
	records  []kafkalog.Record
	position int64
	grown    chan struct{}
	errs     []error // what the next fetches fail with
	perFetch int
}

func newLog(values ...string) *fakeLog {
	l := &fakeLog{grown: make(chan struct{}), perFetch: math.MaxInt}
	l.append(values...)
	return l
}

func (l *fakeLog) append(values ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range values {
		l.records = append(l.records, kafkalog.Record{Offset: int64(len(l.records)), Value: []byte(v)})
	}
	close(l.grown)
	l.grown = make(chan struct{})
}

func (l *fakeLog) Fetch(ctx context.Context, maxWait time.Duration, _ int, fn func(kafkalog.Record) error) (kafkalog.Progress, error) {
	l.mu.Lock()
	if len(l.errs) > 0 {
		err := l.errs[0]
		l.errs = l.errs[1:]
		l.mu.Unlock()
		return kafkalog.Progress{Position: l.position}, err
	}
	grown, waiting := l.grown, l.records[l.position:]
	l.mu.Unlock()
	if len(waiting) == 0 && maxWait > 0 {
		select {
		case <-grown:
		case <-time.After(maxWait):
		case <-ctx.Done():
			return kafkalog.Progress{Position: l.position}, ctx.Err()
		}
		l.mu.Lock()
		waiting = l.records[l.position:]
		l.mu.Unlock()
	}
	end := l.position + int64(len(waiting)) // as it was when the broker answered
	for _, r := range waiting[:min(len(waiting), l.perFetch)] {
		if err := fn(r); err != nil {
			return kafkalog.Progress{Position: l.position}, err
		}
		l.position++
	}
	return kafkalog.Progress{Position: l.position, LastStable: end}, nil
}

// fakeBatch writes lines "first-last:values" to its sink.
type fakeBatch struct {
	sink   *fakeSink
	values []string
}

type fakeSink struct {
	mu     sync.Mutex
	writes []string
	fails  int // writes that fail before one succeeds
	whole  []bool

	committed []int64
}

func (b *fakeBatch) Add(_ string, rec kafkalog.Record, whole bool) error {
	switch v := string(rec.Value); v {
	case "useless":
		return fmt.Errorf("%w: %s", ErrSkip, v)
	case "unreadable":
		return errors.New("unreadable")
	default:
		b.values = append(b.values, v)
		b.sink.mu.Lock()
		defer b.sink.mu.Unlock()
		b.sink.whole = append(b.sink.whole, whole)
	}
	return nil
}

func (b *fakeBatch) Rows() int { return len(b.values) }

func (b *fakeBatch) Write(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	if b.sink.fails > 0 {
		b.sink.fails--
		return errors.New("away")
	}
	b.sink.writes = append(b.sink.writes, strings.Join(b.values, ","))
	return nil
}

func (b *fakeBatch) Reset() { b.values = nil }

func (s *fakeSink) written() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.writes)
}

func (s *fakeSink) commits() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.committed)
}

func (s *fakeSink) failNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = n
}

// rig runs an intake on one partition inside of a synctest bubble.
type rig struct {
	*Intake
	sink *fakeSink
	stop func() error
}

func start(t *testing.T, log *fakeLog, opts Options, commitErrs ...error) *rig {
	t.Helper()
	r := &rig{sink: &fakeSink{}}
	opts.NewBatch = func() Batch { return &fakeBatch{sink: r.sink} }
	r.Intake = New(opts)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- r.Consume(ctx, Partition{Topic: "t", Number: 1, Log: log, Commit: func(_ context.Context, offset int64) error {
			if len(commitErrs) > 0 {
				err := commitErrs[0]
				commitErrs = commitErrs[1:]
				return err
			}
			r.sink.mu.Lock()
			defer r.sink.mu.Unlock()
			r.sink.committed = append(r.sink.committed, offset)
			return nil
		}})
	}()
	var once sync.Once
	var err error
	r.stop = func() error {
		once.Do(func() {
			cancel()
			err = <-done
		})
		return err
	}
	t.Cleanup(func() { _ = r.stop() })
	return r
}

func expect[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

type passing struct{}

func (passing) Error() string   { return "passing" }
func (passing) Temporary() bool { return true }

func TestTrickleIsGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		r := start(t, log, Options{})
		synctest.Wait()
		log.append("a")
		synctest.Wait()
		expect(t, "at once", r.sink.written(), "a")
		log.append("b")
		synctest.Wait()
		log.append("c")
		synctest.Wait()
		expect(t, "while the partition rests", r.sink.written(), "a")
		time.Sleep(defaultEvery)
		synctest.Wait()
		expect(t, "after its rest", r.sink.written(), "a", "b,c")
		expect(t, "commits", r.sink.commits(), 1, 3)
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestLimitsEndABatch(t *testing.T) {
	for name, opts := range map[string]Options{"rows": {MaxRows: 2}, "bytes": {MaxBytes: 2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := newLog("a", "b", "c", "d", "e")
				log.perFetch = 1
				r := start(t, log, opts)
				synctest.Wait()
				expect(t, "writes", r.sink.written(), "a,b", "c,d", "e")
				expect(t, "commits", r.sink.commits(), 2, 4, 5)
			})
		})
	}
}

func TestWaitForMakesHaste(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog("a")
		r := start(t, log, Options{Every: time.Hour})
		synctest.Wait()
		log.append("b")
		began := time.Now()
		if err := r.WaitFor(t.Context(), "t", map[int]int64{0: 0, 1: 2}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("took %v", took)
		}
		expect(t, "writes", r.sink.written(), "a", "b")

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := r.WaitFor(ctx, "t", map[int]int64{1: 3}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for what is not there: %v", err)
		}
	})
}

func TestTroubleIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog("a", "b")
		log.errs = []error{passing{}, passing{}}
		r := start(t, log, Options{}, passing{})
		r.sink.failNext(20)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if s := r.Status(); s.LastError == nil || s.Lag != 2 || time.Since(s.WaitingSince) < 20*time.Second {
			t.Errorf("while it waits: %+v", s)
		}
		expect(t, "commits before the write", r.sink.commits())
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		expect(t, "writes", r.sink.written(), "a,b")
		expect(t, "commits", r.sink.commits(), 2)
		if s := r.Status(); s != (Status{}) {
			t.Errorf("when all is well: %+v", s)
		}
	})
}

func TestSomeErrorsEndIt(t *testing.T) {
	gone := errors.New("gone for good")
	for name, c := range map[string]struct {
		log    *fakeLog
		fetch  []error
		commit []error
		want   string
	}{
		"fetch":  {log: newLog("a"), fetch: []error{gone}, want: "consume t/1: gone for good"},
		"commit": {log: newLog("a"), commit: []error{gone}, want: "consume t/1: gone for good"},
		"record": {log: newLog("a", "unreadable"), want: "consume t/1: offset 1: unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.log.errs = c.fetch
				in := New(Options{NewBatch: func() Batch { return &fakeBatch{sink: &fakeSink{}} }})
				err := in.Consume(t.Context(), Partition{Topic: "t", Number: 1, Log: c.log, Commit: func(context.Context, int64) error {
					if c.commit != nil {
						return c.commit[0]
					}
					return nil
				}})
				if err == nil || err.Error() != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		})
	}
}

func TestUselessRecordsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, newLog("useless", "a", "useless"), Options{})
		synctest.Wait()
		expect(t, "writes", r.sink.written(), "a")
		expect(t, "commits", r.sink.commits(), 3)
		if n := r.Status().Skipped; n != 2 {
			t.Errorf("%d skipped", n)
		}
	})
}

// What may lie behind a compaction that was not read is told as a whole: until
// the end is reached, and again when that is too long ago.
func TestWholeUntilTheEndIsReached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog("old", "old")
		r := start(t, log, Options{Compaction: time.Hour})
		synctest.Wait()
		log.append("new")
		time.Sleep(time.Minute)
		r.sink.failNext(1000)
		log.append("new")
		time.Sleep(40 * time.Minute) // the sink is away
		log.append("late")
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		r.sink.mu.Lock()
		defer r.sink.mu.Unlock()
		expect(t, "whole", r.sink.whole, true, true, false, false, true)
	})
}

// The end that a request found is as old as the request, however long its records
// had to wait for a batch.
func TestEndIsAsOldAsTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blocked := newLog("a")
		other := start(t, blocked, Options{Batches: 1, Compaction: time.Hour})
		other.sink.failNext(1000) // it keeps the only batch meanwhile
		synctest.Wait()
		log := newLog("b")
		done := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			done <- other.Consume(ctx, Partition{Topic: "t", Number: 2, Log: log, Commit: func(context.Context, int64) error { return nil }})
		}()
		synctest.Wait()
		log.append("c") // b, which was all, waits for a batch
		time.Sleep(40 * time.Minute)
		other.sink.failNext(0)
		time.Sleep(10 * time.Second)
		log.append("d")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		other.sink.mu.Lock()
		defer other.sink.mu.Unlock()
		expect(t, "whole", other.sink.whole, true, true, true, false) // a, b, c, d
	})
}

func TestWholeWhereCompactionHasNoLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog("old")
		r := start(t, log, Options{Compaction: -1})
		synctest.Wait()
		log.append("new")
		time.Sleep(time.Minute)
		synctest.Wait()
		r.sink.mu.Lock()
		defer r.sink.mu.Unlock()
		expect(t, "whole", r.sink.whole, true, true)
	})
}

// More partitions than batches: all are served, none waits for another's rest.
func TestBatchesAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &fakeSink{}
		in := New(Options{Batches: 2, NewBatch: func() Batch { return &fakeBatch{sink: sink} }})
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		ends := map[int]int64{}
		for n := range 10 {
			log := newLog("a", "b", "c")
			ends[n] = 3
			group.Go(func() {
				if err := in.Consume(ctx, Partition{Topic: "t", Number: n, Log: log, Commit: func(context.Context, int64) error { return nil }}); err != nil {
					t.Error(err)
				}
			})
		}
		if err := in.WaitFor(ctx, "t", ends); err != nil {
			t.Error(err)
		}
		if n := len(sink.written()); n != 10 {
			t.Errorf("%d writes, want 10", n)
		}
		cancel()
		group.Wait()
		if len(in.batches) != 2 {
			t.Errorf("%d batches came back, want 2", len(in.batches))
		}
	})
}
