package sourcestest

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
)

// Recall compares a log read by a parser that has room for everything with one read
// by parsers that small makes, which have room for little and keep the rest in what
// they have saved. They are saved and made anew at random.
func (f *Format) Recall(tb testing.TB, seed uint64, small func() sources.Parser, log []byte) {
	tb.Helper()
	want := f.Read(tb, f.New(), log, 0).Events
	rnd := rand.New(rand.NewPCG(seed, 4))
	kept := &written{State: State{}, last: State{}}
	p := kept.open(tb, small)
	var got []schemas.Event
	offset := int64(0)
	for line := range bytes.Lines(log) {
		switch rnd.IntN(10) {
		case 0, 1, 2:
			kept.save(tb, p)
		case 3:
			kept.save(tb, p)
			kept.write()
			p = kept.open(tb, small)
		}
		got = append(got, f.Read(tb, p, line, offset).Events...)
		offset += int64(len(line))
	}
	if d := cmp.Diff(want, got); d != "" {
		tb.Fatalf("seed %d (-room for all +for little):\n%s", seed, d)
	}
	if len(log) > 0 && kept.asked == 0 {
		tb.Errorf("seed %d: nothing was ever asked for", seed)
	}
}

// written is what a parser has saved, as late as sources.Saved allows.
type written struct {
	State
	last  State // of the last call of Changes; nil values are gone
	asked int
}

func (w *written) Get(key []byte) []byte {
	w.asked++
	return w.State[string(key)]
}

func (w *written) Scan(from []byte, fn func(key, value []byte) bool) {
	for _, k := range slices.Sorted(maps.Keys(w.State)) {
		if k >= string(from) && !fn([]byte(k), w.State[k]) {
			return
		}
	}
}

func (w *written) open(tb testing.TB, small func() sources.Parser) sources.Parser {
	p := small()
	p.(sources.Recaller).Recall(w)
	w.Load(tb, p)
	return p
}

// save takes in what changed, and writes what changed before.
func (w *written) save(tb testing.TB, p sources.State) {
	tb.Helper()
	next := State{}
	if err := p.Changes(func(key, value []byte) error {
		next[string(key)] = bytes.Clone(value)
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	w.write()
	w.last = next
}

func (w *written) write() {
	for k, v := range w.last {
		if v == nil {
			delete(w.State, k)
		} else {
			w.State[k] = v
		}
	}
	w.last = State{}
}
