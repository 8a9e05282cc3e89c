package tracker

import "sync/atomic"

// Outcome is what became of a request.
type Outcome uint8

// The outcomes: first those of hits, then of what is none.
const (
	Opened Outcome = iota
	Read           // of an opened one, beside it
	Clicked
	Unsubscribed
	Page       // that asks whether to unsubscribe
	NotKept    // an unsubscribing that the spool refused
	Forged     // a token that was signed without the key
	UnknownKey // a token of a key that is not configured
	Malformed  // no token
	BadMethod
	BadBody // of a POST that does not say to unsubscribe
	NotTracked
	outcomes
)

var outcomeNames = [outcomes]string{
	"opened", "read", "clicked", "unsubscribed", "page", "not_kept", "forged", "unknown_key", "malformed", "bad_method", "bad_body", "not_tracked",
}

// counts counts requests by what became of them.
type counts [outcomes]atomic.Uint64

func (c *counts) add(o Outcome) { c[o].Add(1) }

// Stats is what a tracker counts.
type Stats struct {
	Requests map[string]uint64 // by outcome; a pixel that was read is also one that was opened
	Held     int               // pixels that are held open
}

// Stats returns what was counted so far.
func (t *Tracker) Stats() Stats {
	t.holding.Lock()
	s := Stats{Requests: make(map[string]uint64, outcomes), Held: len(t.held)}
	t.holding.Unlock()
	for o, name := range outcomeNames {
		s.Requests[name] = t.counts[o].Load()
	}
	return s
}
