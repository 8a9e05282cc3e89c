package app

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/shape"
	"mailfate/sources/stray"
	"mailfate/sources/tail"
	"mailfate/sources/topic"
)

// ParseCounts is what was made of one source's lines.
type ParseCounts struct {
	Type     string            `json:"type"`
	Lines    uint64            `json:"lines"`
	Bytes    uint64            `json:"bytes"`
	Events   uint64            `json:"events"`
	Eventful uint64            `json:"lines_with_events"` // with context, ignored and unparsed these are all lines
	Context  uint64            `json:"context"`           // lines that help to understand others
	Ignored  map[string]uint64 `json:"ignored"`           // by rule
	Unparsed map[string]uint64 `json:"unparsed"`          // by rule
	Cut      uint64            `json:"cut"`               // lines that were too long
	Torn     uint64            `json:"torn"`              // files whose last line has no end yet

	Provisional int `json:"provisional"` // messages named after their queue id, as their Message-ID was not told
	Forgotten   int `json:"forgotten"`   // queue ids that there was no room for

	Warning string `json:"-"` // what looks like a mistake of whoever named the type
}

// unknownRule is under what lines are counted that no rule says more of.
const unknownRule = "unknown"

// parseGrowth is by how many percent the heap may grow before it is collected: of
// what is parsed so little stays that a small heap would be collected all the time.
const parseGrowth = 400

// OnlyParse suits the garbage collector to a process that does nothing but Parse.
// GOGC in the environment replaces it.
func OnlyParse() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(parseGrowth)
	}
}

// Parse reads a source to its end and calls fn for each of its events, without
// Kafka or any state. shapes, which may be nil, counts the lines that are not
// understood. What cannot be read is in the error, beside the counts.
func Parse(src *Source, fn func(*schemas.Event) error, shapes *shape.Table) (ParseCounts, error) {
	n := ParseCounts{Type: src.Type.String(), Ignored: map[string]uint64{}, Unparsed: map[string]uint64{}}
	if _, ok := topic.Parse(src.Set.Path); ok || src.IMAP != nil {
		return n, fmt.Errorf("parse %s: only files are read without Kafka; replay it, or run", src.Set.Path)
	}
	parser, reader := src.Parser(), tail.Open(src.Set, tail.Options{})
	var failed error
	name := src.Name()
	emit := func(ev *schemas.Event) {
		n.Events++
		ev.Stream = name
		if failed == nil {
			failed = fn(ev)
		}
	}
	strays := stray.New(src.knows())
	take := func(line sources.Line) {
		r := parser.Line(line, emit)
		strays.Take(line, r)
		switch r.Outcome {
		case sources.Events:
			n.Eventful++
		case sources.Context:
			n.Context++
		case sources.Ignored:
			n.Ignored[r.Rule]++
		case sources.Unparsed:
			n.Unparsed[cmp.Or(r.Rule, unknownRule)]++
			if shapes != nil {
				shapes.Count(line, parser.Time())
			}
		}
	}
	for status := tail.More; failed == nil && status != tail.Idle; {
		status = reader.Next(take)
	}
	counts := reader.Counts()
	n.Lines, n.Bytes, n.Cut, n.Torn = counts.Lines, counts.Bytes, counts.Cut, counts.Torn
	n.Warning = cmp.Or(strays.Warning(n.Type, src.Set.Path, n.Lines), stray.Fruitless(n.Type, src.Set.Path, n.Lines, n.Events+n.Context))
	if p, ok := parser.(interface{ Provisional() int }); ok {
		n.Provisional = p.Provisional()
	}
	if p, ok := parser.(interface{ Forgotten() int }); ok {
		n.Forgotten = p.Forgotten()
	}
	return n, errors.Join(append(reader.Problems(), failed, reader.Close())...)
}
