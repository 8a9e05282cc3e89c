package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// mergingBatch can hold others' lines.
type mergingBatch struct{ fakeBatch }

func (b *mergingBatch) Merge(other Batch) {
	b.values = append(b.values, other.(*mergingBatch).values...)
}

// crew consumes several partitions with one intake, inside of a synctest bubble.
type crew struct {
	*Intake
	sink *fakeSink
	logs []*fakeLog

	mu        sync.Mutex
	committed map[int]int64
	leave     []context.CancelFunc
	ended     sync.WaitGroup
}

func muster(t *testing.T, partitions int, opts Options) *crew {
	t.Helper()
	c := &crew{sink: &fakeSink{}, committed: map[int]int64{}}
	opts.NewBatch = func() Batch { return &mergingBatch{fakeBatch{sink: c.sink}} }
	c.Intake = New(opts)
	for n := range partitions {
		log := newLog()
		ctx, leave := context.WithCancel(t.Context())
		c.logs, c.leave = append(c.logs, log), append(c.leave, leave)
		c.ended.Go(func() {
			err := c.Consume(ctx, Partition{Topic: "t", Number: n, Log: log, Commit: func(_ context.Context, offset int64) error {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.committed[n] = offset
				return nil
			}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	return c
}

// all appends a record to each partition.
func (c *crew) all(value string) {
	for n, log := range c.logs {
		log.append(fmt.Sprint(value, n))
	}
}

func (c *crew) commits() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprint(c.committed)
}

func (c *crew) end(t *testing.T) {
	t.Helper()
	for _, leave := range c.leave {
		leave()
	}
	c.ended.Wait()
	if len(c.batches) != cap(c.batches) {
		t.Errorf("%d of %d batches came back", len(c.batches), cap(c.batches))
	}
}

// sorted are the lines of each write in order.
func (c *crew) sorted() (writes []string) {
	for _, w := range c.sink.written() {
		lines := strings.Split(w, ",")
		slices.Sort(lines)
		writes = append(writes, strings.Join(lines, ","))
	}
	return writes
}

// However many partitions have a trickle, it is one write each time, and each commits
// what is its own.
func TestSmallBatchesAreWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := muster(t, 5, Options{Batches: 2})
		synctest.Wait()
		c.all("a")
		time.Sleep(gathering)
		synctest.Wait()
		expect(t, "at once", c.sorted(), "a0,a1,a2,a3,a4")
		time.Sleep(defaultEvery / 3)
		for range 3 {
			c.all("b")
			time.Sleep(defaultEvery / 10)
		}
		time.Sleep(defaultEvery)
		synctest.Wait()
		expect(t, "after their rest", c.sorted()[1:], "b0,b0,b0,b1,b1,b1,b2,b2,b2,b3,b3,b3,b4,b4,b4")
		if got := c.commits(); got != "map[0:4 1:4 2:4 3:4 4:4]" {
			t.Error("committed:", got)
		}
		c.end(t)
	})
}

// Partitions that have begun to rest at different times wake together.
func TestPartitionsWakeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := muster(t, 2, Options{})
		for n, log := range c.logs {
			time.Sleep(defaultEvery / 3)
			synctest.Wait()
			log.append(fmt.Sprint("a", n))
		}
		time.Sleep(defaultEvery / 6)
		c.all("b")
		time.Sleep(defaultEvery)
		synctest.Wait()
		expect(t, "writes", c.sorted(), "a0", "a1", "b0,b1")
		c.end(t)
	})
}

// A joint write has the limits of any.
func TestJointWritesAreBounded(t *testing.T) {
	for name, opts := range map[string]Options{"rows": {MaxRows: 4}, "bytes": {MaxBytes: 9}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := muster(t, 5, opts)
				synctest.Wait()
				c.all("a")
				time.Sleep(time.Minute)
				synctest.Wait()
				total := 0
				for _, w := range c.sorted() {
					n := len(strings.Split(w, ","))
					total += n
					if n > 4 {
						t.Errorf("%d rows in one write", n)
					}
				}
				if total != 5 || c.commits() != "map[0:1 1:1 2:1 3:1 4:1]" {
					t.Errorf("%d rows written, committed %s", total, c.commits())
				}
				c.end(t)
			})
		})
	}
}

// A write that fails is repeated for all, and nobody commits before it succeeds.
func TestJointTroubleIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := muster(t, 3, Options{})
		c.sink.failNext(20)
		c.all("a")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if s := c.Status(); s.LastError == nil || s.Lag != 3 || time.Since(s.WaitingSince) < 20*time.Second || c.commits() != "map[]" {
			t.Errorf("while it waits: %+v, committed %s", s, c.commits())
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if s := c.Status(); s != (Status{}) || c.commits() != "map[0:1 1:1 2:1]" {
			t.Errorf("when all is well: %+v, committed %s", s, c.commits())
		}
		c.end(t)
	})
}

// Who leaves takes nothing away from the others, and commits nothing, whether it was
// the first or not; after the last one has left, nothing is written.
func TestJointWriteOutlivesItsFirst(t *testing.T) {
	for leaver := range 3 {
		synctest.Test(t, func(t *testing.T) {
			c := muster(t, 3, Options{})
			c.sink.failNext(20)
			synctest.Wait()
			c.logs[0].append("a0") // begins the write
			synctest.Wait()
			c.logs[1].append("a1")
			c.logs[2].append("a2")
			time.Sleep(time.Second)
			c.leave[leaver]()
			synctest.Wait()
			if got := c.commits(); got != "map[]" || len(c.sink.written()) > 0 {
				t.Errorf("committed %s when %d has left, written %v", got, leaver, c.sink.written())
			}
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			expect(t, "writes", c.sorted(), "a0,a1,a2")
			want := map[int]int64{0: 1, 1: 1, 2: 1}
			delete(want, leaver)
			if got := c.commits(); got != fmt.Sprint(want) {
				t.Errorf("committed: %s, want %v", got, want)
			}
			c.sink.failNext(1000)
			c.logs[(leaver+1)%3].append("b")
			time.Sleep(time.Minute)
			c.end(t)
			c.sink.failNext(0)
			time.Sleep(time.Hour)
			synctest.Wait()
			if n := len(c.sink.written()); n != 1 {
				t.Errorf("%d writes", n)
			}
		})
	}
}

// Nobody takes part in what all have left: it is not written.
func TestNobodyBoardsWhatWasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &fakeSink{}
		in := New(Options{NewBatch: func() Batch { return &mergingBatch{fakeBatch{sink: sink}} }})
		holding := func(partition int, line string) *consumer {
			b := <-in.batches
			b.(*mergingBatch).values = []string{line}
			return &consumer{in: in, batch: b, at: in.progress.join("t", partition, 0)}
		}
		first, second := holding(0, "a"), holding(1, "b")
		left := first.board(t.Context())
		in.leave(left)
		j := second.board(t.Context())
		<-left.done
		<-j.done
		if j == left || left.err == nil || j.err != nil {
			t.Errorf("the same write: %v; what was left: %v, the other: %v", j == left, left.err, j.err)
		}
		expect(t, "writes", sink.written(), "b")
	})
}
