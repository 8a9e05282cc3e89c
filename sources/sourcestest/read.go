// Package sourcestest holds parsers against what sources.Parser promises of all
// of them. A format's own tests say what it reads; these say that
//
//   - every line has one outcome, and Events exactly when there are some,
//   - every event has an identity and is within bounds,
//   - a log read in pieces, by a new parser each time that got the state of the
//     one before, gives the same events as the log read whole; and so does one that
//     has room for little of what it remembers.
package sourcestest

import (
	"bytes"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
)

// A Format is what is tested.
type Format struct {
	// New returns a parser for a stream.
	New func() sources.Parser
	// Rules are all by which the parser ignores lines.
	Rules []string
}

// A Report is what a parser said of a log.
type Report struct {
	Events   []schemas.Event
	Outcomes map[sources.Outcome]int
	Ignored  map[string]int // by rule
	Unparsed []string
}

// Read gives a parser the lines of a log that begins at an offset of its file,
// and checks what it says of each.
func (f *Format) Read(tb testing.TB, p sources.Parser, log []byte, offset int64) (r Report) {
	tb.Helper()
	r.Outcomes, r.Ignored = map[sources.Outcome]int{}, map[string]int{}
	for line := range bytes.Lines(log) {
		data := bytes.TrimSuffix(line, []byte{'\n'})
		f.line(tb, p, sources.Line{Data: data, File: "test.log", Offset: offset}, &r)
		offset += int64(len(line))
	}
	return r
}

func (f *Format) line(tb testing.TB, p sources.Parser, line sources.Line, r *Report) {
	tb.Helper()
	before := len(r.Events)
	result := p.Line(line, func(e *schemas.Event) {
		checkEvent(tb, e)
		if e.File != line.File || e.Offset > line.Offset {
			tb.Errorf("event of %s:%d from the line at %d", e.File, e.Offset, line.Offset)
		}
		r.Events = append(r.Events, *e)
	})
	r.Outcomes[result.Outcome]++
	if (result.Outcome == sources.Events) != (len(r.Events) > before) {
		tb.Errorf("outcome %v with %d events: %q", result.Outcome, len(r.Events)-before, line.Data)
	}
	switch result.Outcome {
	case sources.Ignored:
		r.Ignored[result.Rule]++
		if !f.isRule(result.Rule) {
			tb.Errorf("ignored by rule %q, which is none: %q", result.Rule, line.Data)
		}
	case sources.Unparsed:
		r.Unparsed = append(r.Unparsed, string(line.Data))
	}
}

func (f *Format) isRule(rule string) bool {
	for _, r := range f.Rules {
		if r == rule {
			return true
		}
	}
	return false
}

func checkEvent(tb testing.TB, e *schemas.Event) {
	tb.Helper()
	bounded := *e
	bounded.Bound()
	switch {
	case e.MessageID == "":
		tb.Errorf("event without an identity: %+v", e)
	case e.Kind == schemas.KindNone || e.Kind.Derived() || e.Reason != schemas.ReasonNone && !e.Kind.Has(e.Reason):
		tb.Errorf("event of kind %v cannot carry reason %v", e.Kind, e.Reason)
	case !cmp.Equal(bounded, *e):
		tb.Errorf("event out of bounds: %+v", e)
	}
}

// Pieces compares a log read whole with one read line by line, by a new parser
// each time.
func (f *Format) Pieces(tb testing.TB, log []byte) {
	tb.Helper()
	want := f.Read(tb, f.New(), log, 0)
	state := State{}
	var got []schemas.Event
	offset := int64(0)
	for line := range bytes.Lines(log) {
		p := f.New()
		state.Load(tb, p)
		got = append(got, f.Read(tb, p, line, offset).Events...)
		state.Save(tb, p)
		offset += int64(len(line))
	}
	if d := cmp.Diff(want.Events, got); d != "" {
		tb.Fatalf("(-whole +in pieces):\n%s", d)
	}
}

// Fuzz holds any log against the promises; samples are what to learn from. The
// log is read whole, and cut in two at any line.
func (f *Format) Fuzz(t *testing.F, samples ...[]byte) {
	for _, log := range samples {
		t.Add(log, uint16(len(log)/2))
		for line := range bytes.Lines(log) {
			t.Add(bytes.Repeat(line, 2), uint16(0)) // short ones are quicker to learn from
		}
	}
	t.Fuzz(func(t *testing.T, log []byte, cut uint16) {
		whole := f.Read(t, f.New(), log, 0)
		at := lineEnd(log, int(cut))
		first, second := f.New(), f.New()
		events := f.Read(t, first, log[:at], 0).Events
		state := State{}
		state.Save(t, first)
		state.Load(t, second)
		events = append(events, f.Read(t, second, log[at:], int64(at)).Events...)
		if d := cmp.Diff(whole.Events, events); d != "" {
			t.Errorf("(-whole +in two):\n%s", d)
		}
	})
}

// FuzzLoad hands damaged state to a parser, which reads on if it takes it; what
// undamaged state is like it learns from what has been saved behind each sample.
func (f *Format) FuzzLoad(t *testing.F, samples ...[]byte) {
	for _, log := range samples {
		p := f.New()
		f.Read(t, p, log, 0)
		if err := p.Changes(func(k, v []byte) error { t.Add(bytes.Clone(k), bytes.Clone(v)); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	t.Fuzz(func(_ *testing.T, key, value []byte) {
		p := f.New()
		if p.Load(key, value) != nil {
			return
		}
		for line := range bytes.Lines(samples[0]) { // what it says now is as good as its state
			p.Line(sources.Line{Data: bytes.TrimSuffix(line, []byte{'\n'})}, func(*schemas.Event) {})
		}
	})
}

// lineEnd returns where the line ends that holds byte n.
func lineEnd(log []byte, n int) int {
	n = min(n, len(log))
	if i := bytes.IndexByte(log[n:], '\n'); i >= 0 {
		return n + i + 1
	}
	return len(log)
}

// State is what a parser has saved.
type State map[string][]byte

// Save takes in what changed.
func (s State) Save(tb testing.TB, p sources.State) {
	tb.Helper()
	err := p.Changes(func(key, value []byte) error {
		delete(s, string(key))
		if value != nil {
			s[string(key)] = bytes.Clone(value)
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// Load hands all to a parser, in the order of the map: any.
func (s State) Load(tb testing.TB, p sources.State) {
	tb.Helper()
	for key, value := range maps.All(s) {
		if err := p.Load([]byte(key), value); err != nil {
			tb.Fatal(err)
		}
	}
}
