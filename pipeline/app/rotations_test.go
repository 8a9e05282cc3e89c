package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

var rotationSeed = flag.Uint64("rotations.seed", 0, "run TestWhateverBecomesOfALog with this seed only")

// TestWhateverBecomesOfALog lets a log grow, be rotated, truncated and replaced by
// older copies of itself, while a follower is stopped, crashes and loses its
// checkpoint. What it publishes is what the files say that were ever there, each
// time read at once.
func TestWhateverBecomesOfALog(t *testing.T) {
	seeds := []uint64{*rotationSeed}
	if *rotationSeed == 0 {
		seeds = []uint64{1, 2, 3, 4, rand.Uint64()}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := newLogHost(t, seed)
			for range 40 {
				h.step()
			}
			h.caughtUp()
			h.stop()
			for e := range h.out.events {
				if !h.want[e] {
					t.Errorf("published, and in no file: %s", e)
				}
			}
		})
	}
}

// logHost is a host whose log is followed.
type logHost struct {
	t    *testing.T
	r    *rand.Rand
	live string
	did  []string

	now   time.Time
	lines int
	lost  []byte // what an older copy has not
	older bool   // there is an older copy that may not have been seen yet

	store *store.Store
	out   *eventSet
	want  map[string]bool
	end   func() error // stops the follower
}

func newLogHost(t *testing.T, seed uint64) *logHost {
	s, err := store.Open("state", store.Options{FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h := &logHost{
		t: t, r: rand.New(rand.NewPCG(seed, 0)), live: filepath.Join(t.TempDir(), "mail.log"),
		now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), store: s, out: newEventSet(), want: map[string]bool{},
	}
	h.grow()
	h.start()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("steps: %v", h.did)
		}
		h.stop()
	})
	return h
}

// step does one of the things that happen to a log or to who reads it.
func (h *logHost) step() {
	steps := []struct {
		name string
		do   func()
	}{
		{"grow", h.grow},
		{"grow", h.grow},
		{"grow", h.grow},
		{"grow back", h.growBack},
		{"rename", h.rename},
		{"copy and truncate", h.copyTruncate},
		{"truncate to older", func() { h.putBack(h.overwrite) }},
		{"copy older", func() { h.putBack(func(older []byte) { h.overwrite(nil); h.overwrite(older) }) }},
		{"rename older", func() { h.putBack(h.replace) }},
		{"read", h.caughtUp},
		{"stop", h.stop},
		{"start", h.start},
		{"restart", func() { h.stop(); h.start() }},
		{"crash", h.crash},
		{"lose checkpoint", h.loseCheckpoint},
	}
	s := steps[h.r.IntN(len(steps))]
	h.did = append(h.did, s.name)
	s.do()
}

// grow adds lines; the last one may have no end yet. No two logs begin alike: by
// that they are known.
func (h *logHost) grow() {
	h.lost = nil
	var text []byte
	if info, err := os.Stat(h.live); err != nil || info.Size() == 0 {
		text = fmt.Appendf(text, "%s mx1 postfix/log[9]: %d\n", h.now.Format(time.Stamp), h.lines)
	}
	for range 1 + h.r.IntN(30) {
		text = append(text, h.line()...)
	}
	if h.r.IntN(4) == 0 {
		h.append(text[:len(text)-5])
		text = text[len(text)-5:]
	}
	h.append(text)
}

// growBack writes again what an older copy has not, in part or whole.
func (h *logHost) growBack() {
	n := h.r.IntN(len(h.lost) + 1)
	if h.r.IntN(2) == 0 {
		n = len(h.lost)
	}
	h.append(h.lost[:n])
	h.lost = h.lost[n:]
}

// line is one of a few that are said of few queue ids, so that an id soon means
// another message, and lines are repeated within a second.
func (h *logHost) line() string {
	h.lines++
	if h.r.IntN(3) == 0 {
		h.now = h.now.Add(time.Duration(h.r.IntN(100)) * time.Second)
	}
	id, other := fmt.Sprintf("4A%02dF0", h.r.IntN(12)), fmt.Sprintf("4A%02dF0", h.r.IntN(12))
	said := []string{
		"smtpd[1]: " + id + ": client=a.example[192.0.2.1]",
		"cleanup[2]: " + id + fmt.Sprintf(": message-id=<%d@a.example>", h.lines),
		"qmgr[3]: " + id + ": from=<s@a.example>, size=1000, nrcpt=1 (queue active)",
		"qmgr[3]: " + id + ": from=<>, size=1000, nrcpt=1 (queue active)",
		"smtp[4]: " + id + ": to=<r@b.example>, relay=mx.b.example[192.0.2.2]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
		"smtp[4]: " + id + ": to=<r@b.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (connection timed out)",
		"bounce[5]: " + id + ": sender non-delivery notification: " + other,
		"qmgr[3]: " + id + ": removed",
		"smtpd[1]: NOQUEUE: reject: RCPT from x.example[192.0.2.3]: 554 5.7.1 <a@b.example>: Relay access denied; from=<s@x.example> to=<a@b.example> proto=ESMTP helo=<x>",
	}
	return h.now.Format(time.Stamp) + " mx1 postfix/" + said[h.r.IntN(len(said))] + "\n"
}

func (h *logHost) rename() {
	h.shift()
	h.check(os.Rename(h.live, h.live+".1"))
	h.lost = nil
	if h.r.IntN(2) == 0 {
		h.append(nil)
	}
	h.grow()
}

func (h *logHost) copyTruncate() {
	h.shift()
	h.check(os.WriteFile(h.live+".1", h.content(), 0o600))
	h.check(os.Truncate(h.live, 0))
	h.lost = nil
	h.grow()
}

// shift moves archives up; some are compressed. An older copy has been seen
// before: who does not see it goes on from what was there in its place.
func (h *logHost) shift() {
	h.endLine()
	h.wanted()
	if h.older {
		h.stop()
		h.check(h.stream(tail.Options{}).Replay(h.t.Context()))
		h.start()
		h.older = false
	}
	for n := 40; n > 0; n-- {
		for _, ext := range []string{"", ".gz"} {
			from, to := fmt.Sprint(h.live, ".", n, ext), fmt.Sprint(h.live, ".", n+1, ext)
			if err := os.Rename(from, to); err != nil || ext != "" || h.r.IntN(2) == 0 {
				continue
			}
			content, err := os.ReadFile(to)
			h.check(err)
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, err = z.Write(content)
			h.check(errors.Join(err, z.Close(), os.WriteFile(to+".gz", b.Bytes(), 0o600), os.Remove(to)))
		}
	}
}

// putBack puts a copy in place of the log that has its beginning only. What is
// lost has been read before.
func (h *logHost) putBack(put func(older []byte)) {
	h.endLine()
	content := h.content()
	first := bytes.IndexByte(content, '\n') + 1
	if first == 0 || len(content) == first {
		return
	}
	if h.end == nil {
		h.start()
	}
	h.caughtUp()
	if h.r.IntN(2) == 0 {
		h.stop()
	}
	cut := first + h.r.IntN(len(content)-first)
	put(content[:cut])
	h.older = true
	h.lost = slices.Concat(content[cut:], h.lost)
}

// endLine ends a line that an older copy cut off. Without an end it would be read
// late, when nothing can complete it any more.
func (h *logHost) endLine() {
	if content := h.content(); len(content) > 0 && content[len(content)-1] != '\n' {
		h.append([]byte{'\n'})
		h.lost = nil
	}
}

func (h *logHost) overwrite(content []byte) { h.check(os.WriteFile(h.live, content, 0o600)) }

func (h *logHost) replace(content []byte) {
	next := filepath.Join(filepath.Dir(h.live), ".next")
	h.check(errors.Join(os.WriteFile(next, content, 0o600), os.Rename(next, h.live)))
}

func (h *logHost) append(text []byte) {
	f, err := os.OpenFile(h.live, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	h.check(err)
	_, err = f.Write(text)
	h.check(errors.Join(err, f.Close()))
}

func (h *logHost) content() []byte {
	b, err := os.ReadFile(h.live)
	h.check(err)
	return b
}

func (h *logHost) check(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// source is the log as somebody names it who knows nothing of rotations.
func (h *logHost) source() *Source {
	found, err := FindToFollow(Argument{Type: schemas.SourcePostfix, Path: h.live}, func(schemas.SourceType, string) Settings {
		return Settings{Year: 2026}
	})
	if err != nil || len(found) != 1 {
		h.t.Fatalf("sources: %v, %v", found, err)
	}
	return &found[0]
}

func (h *logHost) start() {
	if h.end != nil {
		return
	}
	stream := h.stream(tail.Options{Follow: true, Poll: 5 * time.Millisecond, Grace: 10 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- stream.Follow(ctx) }()
	h.end = func() error { cancel(); return <-done }
}

func (h *logHost) stream(opts tail.Options) *publish.Stream {
	src := h.source()
	stream, err := publish.New(publish.Options{
		Name: src.Name(), Reader: tail.Open(src.Set, opts), Parser: src.Parser, Store: h.store, Log: h.out,
		Partitions: 1, Linger: 1, CheckpointEvery: time.Millisecond,
	})
	h.check(err)
	return stream
}

func (h *logHost) stop() {
	if h.end != nil {
		if err := h.end(); err != nil && !errors.Is(err, errCrash) {
			h.t.Error(err)
		}
		h.end = nil
	}
}

// crash stops the follower without a checkpoint.
func (h *logHost) crash() {
	h.out.fail(true)
	h.stop()
	h.out.fail(false)
	h.start()
}

func (h *logHost) loseCheckpoint() {
	h.stop()
	h.check(publish.ForgetAll(h.store))
	h.start()
}

// wanted notes what the files say that are there now, read at once.
func (h *logHost) wanted() map[string]bool {
	now := map[string]bool{}
	_, err := Parse(h.source(), func(ev *schemas.Event) error {
		now[told(ev)] = true
		return nil
	}, nil)
	h.check(err)
	maps.Copy(h.want, now)
	return now
}

// caughtUp waits until all of that is published.
func (h *logHost) caughtUp() {
	h.start()
	if missing := h.out.wait(h.wanted()); len(missing) > 0 {
		h.t.Fatalf("not published, of %d: %q", len(h.want), missing)
	}
}

// told is what an event says, wherever it was read.
func told(ev *schemas.Event) string {
	return fmt.Sprint(ev.ID, ev.Kind, ev.Time, ev.Identity, ev.Sender, ev.Size, ev.QueueID, ev.Reply)
}

// eventSet is a log that keeps what events say.
type eventSet struct {
	mu     sync.Mutex
	more   *sync.Cond
	events map[string]bool
	fails  bool
	dec    *schemas.Decoder
}

var errCrash = errors.New("crash")

func newEventSet() *eventSet {
	s := &eventSet{events: map[string]bool{}, dec: schemas.NewDecoder()}
	s.more = sync.NewCond(&s.mu)
	return s
}

func (s *eventSet) fail(fails bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = fails
}

// Publish keeps the events of records.
func (s *eventSet) Publish(_ context.Context, topic string, _ int, records []kafkalog.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.more.Broadcast()
	if s.fails {
		return errCrash
	}
	for _, r := range records {
		var ev schemas.Event
		if topic != schemas.TopicEvents {
			continue
		}
		if _, isClock, err := s.dec.Record(r.Value, &ev); err != nil {
			return err
		} else if !isClock {
			s.events[told(&ev)] = true
		}
	}
	return nil
}

// wait waits until all that is wanted is there, and returns what is missing if
// that takes too long.
func (s *eventSet) wait(want map[string]bool) (missing []string) {
	late := false
	timer := time.AfterFunc(20*time.Second, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		late = true
		s.more.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		missing = nil
		for e := range want {
			if !s.events[e] {
				missing = append(missing, e)
			}
		}
		if len(missing) == 0 || late {
			return missing
		}
		s.more.Wait()
	}
}
