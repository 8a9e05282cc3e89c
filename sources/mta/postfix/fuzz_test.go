package postfix

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	"mailfate/sources"
)

// FuzzParser holds any log against what the parser promises of all of them.
func FuzzParser(f *testing.F) {
	logs, err := filepath.Glob("testdata/*.log")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range logs {
		log, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(log, uint16(len(log)/2))
		for line := range bytes.Lines(log) {
			f.Add(bytes.Repeat(line, 2), uint16(0)) // short ones are quicker to learn from
		}
	}
	f.Fuzz(func(t *testing.T, log []byte, cut uint16) {
		whole := New(testOptions())
		var want []schemas.Event
		for line := range bytes.Lines(log) {
			want = checkLine(t, whole, bytes.TrimSuffix(line, []byte{'\n'}), want)
		}
		head, tail := cutAtLine(log, int(cut))
		first, second := New(testOptions()), New(testOptions())
		var got []schemas.Event
		for line := range bytes.Lines(head) {
			got = checkLine(t, first, bytes.TrimSuffix(line, []byte{'\n'}), got)
		}
		handOver(t, first, second)
		for line := range bytes.Lines(tail) {
			got = checkLine(t, second, bytes.TrimSuffix(line, []byte{'\n'}), got)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-whole +in two):\n%s", d)
		}
		Recognises(log)
	})
}

// checkLine parses a line and checks what is said of it.
func checkLine(t *testing.T, p *Parser, line []byte, events []schemas.Event) []schemas.Event {
	t.Helper()
	n := len(events)
	r := p.Line(sources.Line{Data: line}, func(e *schemas.Event) {
		events = append(events, *e)
		bounded := *e
		bounded.Bound()
		switch {
		case e.MessageID == "" || e.Host == "" || e.Instance == "":
			t.Errorf("event without an identity: %+v", e)
		case e.Kind == schemas.KindNone || e.Kind.Derived() || e.Reason != schemas.ReasonNone && !e.Kind.Has(e.Reason):
			t.Errorf("event of kind %v cannot carry reason %v", e.Kind, e.Reason)
		case !cmp.Equal(bounded, *e):
			t.Errorf("event out of bounds: %+v", e)
		}
	})
	if (r.Outcome == sources.Events) != (len(events) > n) {
		t.Errorf("outcome %v with %d events: %q", r.Outcome, len(events)-n, line)
	}
	if (r.Outcome == sources.Ignored) != isRule(r.Rule) {
		t.Errorf("outcome %v by rule %q: %q", r.Outcome, r.Rule, line)
	}
	return events
}

func isRule(rule string) bool {
	for _, r := range Rules() {
		if r == rule {
			return true
		}
	}
	return false
}

// cutAtLine cuts a log after the line that holds byte n.
func cutAtLine(log []byte, n int) (head, tail []byte) {
	n = min(n, len(log))
	i := bytes.IndexByte(log[n:], '\n')
	if i < 0 {
		return log, nil
	}
	return log[:n+i+1], log[n+i+1:]
}

// handOver saves one parser and loads it into another.
func handOver(t *testing.T, from, to *Parser) {
	t.Helper()
	saved := map[string][]byte{}
	if err := from.Changes(into(saved)); err != nil {
		t.Fatal(err)
	}
	for k, v := range saved {
		if err := to.Load([]byte(k), v); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzLoad hands damaged state to a parser.
func FuzzLoad(f *testing.F) {
	p := New(testOptions())
	s := newSimulation(1)
	feed(p, s.run(20), 0, func(*schemas.Event) {})
	if err := p.Changes(func(k, v []byte) error { f.Add(bytes.Clone(k), bytes.Clone(v)); return nil }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, key, value []byte) {
		p := New(testOptions())
		if p.Load(key, value) != nil {
			return
		}
		s := newSimulation(2)
		feed(p, s.run(5), 0, func(*schemas.Event) {})
	})
}
