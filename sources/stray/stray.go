// Package stray tells whose the lines are that a parser has no use for: a log that
// is read as one type while it is another's, or several programs', would else be
// counted and lost without a word.
//
// It keeps a sample of such lines, of bounded size, and looks at it when it is asked
// to, never for each line. Which types know a sample, its caller says.
package stray

import (
	"fmt"
	"strings"

	"mailfate/sources"
)

const (
	// maxSample is how many bytes of lines are kept to look at.
	maxSample = 64 << 10
	// maxSamples is how many samples are looked at before it is given up: a mixed log
	// may begin with much that is nobody's.
	maxSamples = 16
)

// Knows returns the names of the types to which a sample of lines belongs.
type Knows func(sample []byte) []string

// Lines are those of one stream for which its parser has no use. They are for one
// goroutine. The zero value counts, and knows nothing.
type Lines struct {
	knows   Knows
	count   uint64
	sample  []byte
	samples int
	seen    int // how much of the sample was there when it was last looked at
	types   []string
}

// New returns the lines of a stream, none as yet.
func New(knows Knows) *Lines { return &Lines{knows: knows} }

// Take counts a line if its parser had no use for it.
func (l *Lines) Take(line sources.Line, r sources.Result) {
	if r.Outcome != sources.Unparsed && (r.Outcome != sources.Ignored || !strings.HasPrefix(r.Rule, "not_")) {
		return
	}
	l.count++
	if l.done() || len(line.Data) >= maxSample {
		return
	}
	if len(l.sample)+len(line.Data) >= maxSample {
		l.look()
		l.sample, l.seen = l.sample[:0], 0
		l.samples++
	}
	if l.done() {
		l.sample = nil
		return
	}
	l.sample = append(append(l.sample, line.Data...), '\n')
}

// done reports whether no more is to be looked at: it is known, or given up.
func (l *Lines) done() bool {
	return l.knows == nil || l.types != nil || l.samples == maxSamples
}

func (l *Lines) look() {
	if l.types == nil && len(l.sample) > l.seen {
		l.types, l.seen = l.knows(l.sample), len(l.sample)
	}
}

// Warning says of which types lines are, if they are of others than the one that the
// path was read as, and how to have them read; "" when none are. All is the number
// of the stream's lines.
func (l *Lines) Warning(as, path string, all uint64) string {
	if len(l.sample) >= 2*l.seen { // who asks often does not have it looked at for each line
		l.look()
	}
	if len(l.types) == 0 {
		return ""
	}
	again := make([]string, len(l.types))
	for i, t := range l.types {
		again[i] = t + ":" + path
	}
	return fmt.Sprintf("%d of %d lines are not of type %s; they look like %s: name the file again as %s",
		l.count, all, as, strings.Join(l.types, " and "), strings.Join(again, " "))
}

// Fruitless says that none of the lines of a path that was read to its end gave
// anything, if so; "" else. Useful is the number of events, and of lines that help
// to understand others.
func Fruitless(as, path string, all, useful uint64) string {
	if all == 0 || useful > 0 {
		return ""
	}
	return fmt.Sprintf("none of %d lines says anything about a message; if %s is not of type %s, name it with the type that it is of", all, path, as)
}
