package publish

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources/tail"
)

// running is a stream that follows until it is stopped.
type running struct {
	t    *testing.T
	s    *Stream
	stop context.CancelFunc
	done chan error
}

func (b *bench) follow(t *testing.T) *running {
	t.Helper()
	b.tail = tail.Options{Follow: true, Poll: time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, s: b.stream(), stop: cancel, done: make(chan error, 1)}
	go func() { r.done <- r.s.Follow(ctx) }()
	return r
}

func (r *running) end() error {
	r.t.Helper()
	r.stop()
	return <-r.done
}

func (b *bench) append(name, content string) {
	b.t.Helper()
	f, err := os.OpenFile(filepath.Join(b.dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := f.WriteString(content); err != nil {
		b.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.t.Fatal(err)
	}
}

func distinct(t testing.TB, records []record) int {
	events, _ := decode(t, records)
	return len(ids(events))
}

// TestANewShapeIsToldOfWhileFollowing: with every checkpoint, which is once a second.
func TestANewShapeIsToldOfWhileFollowing(t *testing.T) {
	b := newBench(t)
	r := b.follow(t)
	counted := func(of string, lines uint64) func([]record) bool {
		return func(rs []record) bool {
			for _, rec := range rs {
				if u, err := schemas.NewDecoder().Unparsed(rec.value); rec.topic == schemas.TopicUnparsed && err == nil && u.Shape == of && u.Lines == lines {
					return true
				}
			}
			return false
		}
	}
	b.append("mail.log", "1000 a\nnew <jo@x>\nnew <jim@x>\n")
	for _, rec := range b.log.wait(counted("new <@>", 2)) {
		if u, _ := schemas.NewDecoder().Unparsed(rec.value); rec.topic == schemas.TopicUnparsed && (string(u.Examples[0]) != "new <x@x>" || u.First != 1_000_000) {
			t.Errorf("%+v", u)
		}
	}
	b.append("mail.log", "new <bob@x>\n")
	b.log.wait(counted("new <@>", 3))
	if err := r.end(); err != nil {
		t.Error(err)
	}
	if s := r.s.opts.CheckpointEvery; s > 10*time.Second {
		t.Errorf("told every %v", s)
	}
}

func TestFollow(t *testing.T) {
	b := newBench(t)
	r := b.follow(t)
	b.append("mail.log", logText(0, 50))
	b.log.wait(func(rs []record) bool { return distinct(t, rs) == 50 })
	b.append("mail.log", logText(50, 60)+"9999 to") // torn
	b.log.wait(func(rs []record) bool { return distinct(t, rs) == 60 })
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if got := r.s.Stats(); got.Events != 60 || got.Torn != 1 {
		t.Errorf("stats: %+v", got)
	}

	n := len(b.log.all())
	r = b.follow(t)
	b.append("mail.log", "rn\n"+logText(60, 61))
	records := b.log.wait(func(rs []record) bool { return distinct(t, rs) == 62 })
	events, _ := decode(t, records[n:])
	if len(events) != 2 || events[0].MessageID != "torn" {
		t.Errorf("after the restart: %+v", events)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
}

func TestStoppingDrains(t *testing.T) {
	b := newBench(t)
	b.set = func(o *Options) { o.Linger, o.CheckpointEvery = time.Hour, time.Hour }
	b.write("mail.log", logText(0, 100))
	r := b.follow(t)
	for r.s.Stats().Events < 100 {
		runtime.Gosched() // the stream tells nobody that it has read
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if n := distinct(t, b.log.all()); n != 100 {
		t.Errorf("%d events after stopping, want 100", n)
	}
	n := len(b.log.all())
	b.tail = tail.Options{}
	b.replay()
	events, _ := decode(t, b.log.all()[n:])
	if len(events) != 0 {
		t.Errorf("%d events again: no checkpoint was kept", len(events))
	}
}

func TestDrainingIsBounded(t *testing.T) {
	b := newBench(t)
	b.log.block = true
	b.set = func(o *Options) { o.DrainWithin = time.Millisecond }
	b.write("mail.log", logText(0, 100))
	r := b.follow(t)
	b.log.mu.Lock()
	for b.log.calls == 0 {
		b.log.cond.Wait()
	}
	b.log.mu.Unlock()
	if err := r.end(); err == nil || !strings.Contains(err.Error(), "test:/log") {
		t.Errorf("error: %v", err)
	}
	b.log.block = false
	r = b.follow(t)
	b.log.wait(func(rs []record) bool { return distinct(t, rs) == 100 })
	if err := r.end(); err != nil {
		t.Error(err)
	}
}

func TestAFailingLogEndsAFollower(t *testing.T) {
	b := newBench(t)
	b.log.failAt = 1
	b.write("mail.log", logText(0, 10))
	r := b.follow(t)
	if err := <-r.done; err == nil || !strings.Contains(err.Error(), errLog.Error()) {
		t.Errorf("error: %v", err)
	}
}

func TestClockOfAnIdleStream(t *testing.T) {
	b := newBench(t)
	var now atomic.Int64
	now.Store(epoch.UnixMilli())
	b.now = func() time.Time { return time.UnixMilli(now.Load()) }
	b.write("mail.log", "1000 a\n")
	r := b.follow(t)
	clockOf := func(want int64) {
		t.Helper()
		b.log.wait(func(rs []record) bool {
			_, clocks := decode(t, rs)
			n := 0
			for _, c := range clocks {
				if c.Time > want {
					t.Errorf("clock %v, want none beyond %v", c, want)
				}
				if c.Time == want {
					n++
				}
			}
			return n == 3
		})
	}
	clockOf(1_000_000) // the line's
	silent := epoch.Add(defaultIdleAfter)
	now.Store(silent.UnixMilli())
	clockOf(silent.UnixMilli()) // nobody writes: the wall's
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
}

func TestAStreamWithoutLinesHasNoClock(t *testing.T) {
	b := newBench(t)
	var now atomic.Int64
	now.Store(epoch.UnixMilli())
	b.now = func() time.Time { return time.UnixMilli(now.Add(int64(time.Hour / time.Millisecond))) }
	r := b.follow(t)
	b.append("mail.log", "ctx\n")
	for r.s.Stats().Lines == 0 {
		runtime.Gosched()
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if rs := b.log.all(); len(rs) != 0 {
		t.Errorf("published: %+v", rs)
	}
}

// TestCrashesWhileFollowing lets the log fail again and again while a writer adds
// lines and rotates; every event is there in the end, and none but those.
func TestCrashesWhileFollowing(t *testing.T) {
	whole := newBench(t)
	whole.write("mail.log", logText(0, 1000))
	whole.replay()
	events, _ := decode(t, whole.log.all())
	want := ids(events)

	b := newBench(t)
	b.set = func(o *Options) { o.BatchBytes, o.CheckpointEvery, o.Linger = 2000, time.Millisecond, 1 }
	b.append("mail.log", "")
	if err := b.follow(t).end(); err != nil { // it knows where it begins before the first rotation
		t.Fatal(err)
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		for i := range 100 {
			b.append("mail.log", logText(i*10, i*10+10))
			if i%20 == 19 {
				live := filepath.Join(b.dir, "mail.log")
				for n := 6; n > 0; n-- {
					_ = os.Rename(fmt.Sprintf("%s.%d", live, n), fmt.Sprintf("%s.%d", live, n+1))
				}
				_ = os.Rename(live, live+".1")
			}
		}
	}()
	for crash := 0; ; crash++ {
		b.log.mu.Lock()
		b.log.failAt, b.log.lost = b.log.calls+2+crash, crash%2 == 0
		if crash > 15 {
			b.log.failAt = 0
		}
		b.log.mu.Unlock()
		r := b.follow(t)
		if crash <= 15 {
			select {
			case <-r.done:
				continue
			case <-written: // nothing more may come to fail at
			}
		}
		<-written
		b.log.mu.Lock()
		b.log.failAt = 0
		b.log.mu.Unlock()
		if err := r.end(); err == nil {
			break
		}
	}
	b.tail = tail.Options{} // what was not yet read when it was stopped
	b.replay()
	events, _ = decode(t, b.log.all())
	if got := ids(events); !slices.Equal(got, want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
	for _, e := range events {
		if e.Kind != schemas.Delivered {
			t.Fatalf("event %+v", e)
		}
	}
}
