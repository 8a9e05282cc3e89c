package api

import (
	"context"
	"net/http"

	"mailfate/sinks/explain"
)

// Health is how mailfate is doing, as far as the Store can tell.
type Health struct {
	Messages  uint64  `json:"messages"` // as counted by the hour
	Span      Span    `json:"span"`
	KeptFrom  Instant `json:"kept_from"`   // the day before which messages were deleted; none: none was
	TakenInAt Instant `json:"taken_in_at"` // when an event was taken in last; for callers of every account only
	Unmatched uint64  `json:"unmatched"`   // hits and reports that belong to no known message

	// What is of no account in particular, for callers of every account only.
	Streams   []StreamNews `json:"streams"`
	Unread    []Unread     `json:"unread"`
	Contested *uint64      `json:"contested"` // hits and reports that could belong to several accounts'

	CountedAt Instant `json:"-"` // when an hour was counted last
}

// Span is from which to which hour the messages' earliest events are.
type Span struct {
	From Instant `json:"from"`
	To   Instant `json:"to"`
}

// Instant is a time in milliseconds since 1970; 0 is none.
type Instant int64

// MarshalText writes RFC 3339, and nothing of no time.
func (i Instant) MarshalText() ([]byte, error) {
	if i == 0 {
		return nil, nil
	}
	return explain.Time(i).MarshalText()
}

// StreamNews is how far a stream has come.
type StreamNews struct {
	Stream    string  `json:"stream"`
	NewestAt  Instant `json:"newest_at"`   // its newest event
	TakenInAt Instant `json:"taken_in_at"` // when one of its events was taken in last
}

// Unread are lines of a stream that no parser understood.
type Unread struct {
	Stream  string  `json:"stream"`
	Shape   string  `json:"shape"`
	Lines   uint64  `json:"lines"`
	Share   float64 `json:"share"` // of all such lines
	FirstAt Instant `json:"first_at"`
	LastAt  Instant `json:"last_at"`
	Example string  `json:"example"`
}

// Process is what the process that answers knows of itself and of Kafka; nil, or no
// time, where it does not.
type Process struct {
	Lag         Lag
	DeadLetters *uint64
	Rollup      Rollup
}

// Rollup is how the counts by the hour are doing, which reports are made of.
type Rollup struct {
	ComparedAt Instant `json:"compared_at"` // with the messages
	StaleHours *uint64 `json:"stale_hours"` // that differed then, and were counted anew
	Failures   *uint64 `json:"failures"`    // of comparisons
}

// Lag is how many records each role has yet to read.
type Lag struct {
	Processor *int64 `json:"processor"`
	Sink      *int64 `json:"sink"`
}

type healthAnswer struct {
	Health
	DeadLetters *uint64      `json:"dead_letters"`
	Rollup      rollupAnswer `json:"rollup"`
	Lag         Lag          `json:"lag"`
}

type rollupAnswer struct {
	CountedAt Instant `json:"counted_at"`
	Rollup
}

// health answers GET /health.
func (s *Server) health(r *http.Request, who caller) (any, error) {
	if err := checkNames(r.Form, nil, "account"); err != nil {
		return nil, err
	}
	owner, err := who.owns(r)
	if err != nil {
		return nil, err
	}
	h, err := s.store.Health(r.Context(), owner, who.every())
	if err != nil {
		return nil, err
	}
	known := s.process(r.Context())
	a := healthAnswer{Health: h, Rollup: rollupAnswer{h.CountedAt, known.Rollup}, Lag: known.Lag}
	if who.every() {
		a.DeadLetters = known.DeadLetters
	} else {
		a.Streams, a.Unread, a.Contested = nil, nil, nil
		a.TakenInAt, a.Rollup, a.Lag = 0, rollupAnswer{}, Lag{} // others' mail makes them
	}
	if a.Streams == nil {
		a.Streams = []StreamNews{}
	}
	if a.Unread == nil {
		a.Unread = []Unread{}
	}
	return &a, nil
}

// knowsNothing is the process of who only asks a database.
func knowsNothing(context.Context) Process { return Process{} }
