package publish

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"

	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/postfix"
)

// queueLog has many messages in the queue at once, with lines about any of them.
func queueLog(rnd *rand.Rand, messages int) string {
	var b strings.Builder
	named := 0
	for named < messages || rnd.IntN(messages) > 0 {
		id := rnd.IntN(max(named, 1))
		front := fmt.Sprintf("Nov 21 23:%02d:%02d mx1 postfix/", b.Len()/60_000%60, b.Len()/1000%60)
		switch n := rnd.IntN(4); {
		case n == 0 && named < messages:
			fmt.Fprintf(&b, "%scleanup[1]: %X: message-id=<m%d@x.example>\n", front, 0x3F2A10+named, named)
			named++
		case n == 1:
			fmt.Fprintf(&b, "%sqmgr[1]: %X: from=<s%d@x.example>, size=1, nrcpt=1 (queue active)\n", front, 0x3F2A10+id, id)
		case n == 2 && rnd.IntN(4) == 0:
			fmt.Fprintf(&b, "%sqmgr[1]: %X: removed\n", front, 0x3F2A10+id)
		default:
			fmt.Fprintf(&b, "%ssmtp[1]: %X: to=<r@y.example>, relay=r, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok %d)\n", front, 0x3F2A10+id, b.Len())
		}
	}
	return b.String()
}

// TestAnyCrashWithRoomForLittle lets the log fail now and then while nearly all that
// the parser knows is in the store alone, some of it on its way there.
func TestAnyCrashWithRoomForLittle(t *testing.T) {
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 6))
		text := queueLog(rnd, 150)
		read := func(maxOpen int, failing bool) []schemas.Event {
			b := newBench(t)
			b.write("mail.log", text)
			b.set = func(o *Options) {
				o.Parser = func() sources.Parser { return postfix.New(postfix.Options{Year: 1969, MaxOpen: maxOpen}) }
				o.CheckpointEvery = 1 // after every block
				o.Reader = small(t, b.dir)
			}
			for failing {
				b.log.failAt, b.log.lost, b.log.calls = 1+rnd.IntN(60), rnd.IntN(2) == 0, 0
				err := b.stream().Replay(t.Context())
				if err != nil && !errors.Is(err, errLog) {
					t.Fatal(err)
				}
				failing = err != nil && rnd.IntN(8) > 0
			}
			b.log.failAt = 0
			b.replay()
			return contents(t, b)
		}
		want := read(1<<20, false)
		if len(want) < 200 {
			t.Fatalf("%d events", len(want))
		}
		if d := diff.Diff(want, read(1+int(seed), true)); d != "" {
			t.Fatalf("seed %d (-room for all +for little):\n%s", seed, d)
		}
	}
}

// contents are the events that were published, each once, in the order of the log.
func contents(t *testing.T, b *bench) []schemas.Event {
	t.Helper()
	events, _ := decode(t, b.log.all())
	for i := range events {
		events[i].Stream, events[i].File = "", ""
	}
	slices.SortFunc(events, func(x, y schemas.Event) int {
		return cmp.Or(cmp.Compare(x.Offset, y.Offset), cmp.Compare(x.ID, y.ID))
	})
	return slices.CompactFunc(events, func(x, y schemas.Event) bool { return diff.Equal(x, y) })
}

// TestStateThatCannotBeReadEndsTheStream, before anything follows from it.
func TestStateThatCannotBeReadEndsTheStream(t *testing.T) {
	b := newBench(t)
	text := queueLog(rand.New(rand.NewPCG(1, 6)), 50)
	b.write("mail.log", text)
	b.set = func(o *Options) {
		o.Parser = func() sources.Parser { return postfix.New(postfix.Options{Year: 1969, MaxOpen: 1}) }
	}
	b.replay()
	published := len(b.log.all())
	b.append("mail.log", text)
	s := b.stream()
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context()); !errors.Is(err, store.ErrClosed) || !strings.Contains(err.Error(), "read parser state of test:/log") {
		t.Errorf("%v", err)
	}
	if n := len(b.log.all()); n != published {
		t.Errorf("%d records follow from it", n-published)
	}
}
