// Package sources says what a source is: something that reads one ordered
// stream of bytes and says what it observed there. The packages below it each
// know one format (mta/postfix, platform, tracking, feedback) or one part of the
// way (tail reads files, publish writes to Kafka).
//
// A parser is pure: bytes in, events out, no clock, no I/O, no logging. What it
// must remember from one line to the next (which message a queue id carries) is
// its state, which the caller keeps beside the position it has read up to, in
// one write. So after a crash both are as they were at the same line.
package sources

import (
	"cmp"

	"mailfate/schemas"
)

// Outcome says what a line was good for. Every line has exactly one.
type Outcome uint8

// The outcomes.
const (
	// Events: at least one event was emitted.
	Events Outcome = iota
	// Context: no event, but it is needed to understand other lines.
	Context
	// Ignored: understood, and of no interest.
	Ignored
	// Unparsed: not understood.
	Unparsed
)

// Result is what a parser says of one line.
type Result struct {
	Outcome Outcome
	// Rule names why a line was ignored, or what was wrong with one that was not
	// understood; it is from a closed set of each parser.
	Rule string
}

// A Line is one line of a stream, without its line end. Data is only valid
// during the call that it is handed to.
type Line struct {
	Data   []byte
	File   string
	Offset int64 // where the line begins in the uncompressed file
}

// A Parser turns one stream's lines into events, in order. It is for one
// goroutine. Emitted events are only valid during the call of emit, but their
// strings stay valid.
type Parser interface {
	// Line parses one line. emit is called for each event, in order; the parser
	// fills all fields but Stream.
	Line(line Line, emit func(*schemas.Event)) Result

	// Time is how far the stream's time has come: the largest time stamp read,
	// in ms since 1970 UTC; 0 before the first.
	Time() int64

	State
}

// State is what a parser remembers, as entries of a key-value store.
type State interface {
	// Changes calls put for every entry that changed since the last call, with
	// a nil value for one that is gone.
	Changes(put func(key, value []byte) error) error

	// Load hands back one entry that Changes wrote, before the first line.
	Load(key, value []byte) error
}

// A Recaller is a State that keeps some of what it has saved out of memory. Recall
// says where that is, before anything is loaded.
type Recaller interface {
	Recall(from Saved)
}

// Saved is what a State has saved, as of some time between the last two calls of
// Changes: the entries of the last one may or may not be there. Who keeps it reports
// on its own what cannot be read; to the State it is not there.
type Saved interface {
	// Get returns a key's value, valid until the next call; nil when there is none.
	Get(key []byte) []byte

	// Scan calls fn for all entries from a key on, in order, until it says false.
	Scan(from []byte, fn func(key, value []byte) bool)
}

// OwnMessageID returns the id by which identities hold a message: what take takes out
// of a clean Message-ID, such as the platform's own id, or all of it when take is nil
// or finds nothing.
func OwnMessageID(take func(messageID string) string, id string) string {
	if take == nil || id == "" {
		return id
	}
	return cmp.Or(schemas.CleanMessageID(take(id)), id)
}
