package explain

import (
	"mailfate/pipeline/classify"
	"mailfate/pipeline/status"
	"mailfate/schemas"
)

// Limits on what one story is made of. Whoever fills a Found keeps to them.
const (
	// MaxStories is to how many recipients a message may have gone to tell the
	// story of each unasked.
	MaxStories = 3
	// MaxRecipients is how many recipients are listed.
	MaxRecipients = 50
	// MaxEvents is how many events are read, of those that a set keeps: of each
	// kind, and of some agents, the earliest and the latest.
	MaxEvents = 20_000
	// MaxChanges is how many changes are read, those taken back included.
	MaxChanges = 5_000
	// MaxHeld is how many events are read that belong to no recipient's story.
	MaxHeld = 200
)

// Found is what the tables hold of one message.
type Found struct {
	MessageID string

	// Recipients are as message_status has them, at most MaxRecipients; More says
	// how many there are beyond. The stories of the first Tell of them are told.
	Recipients []Recipient
	More, Tell int

	Events  []schemas.Event            // of those recipients, of the message as a whole, and those held
	Places  map[schemas.EventID]uint64 // the how manieth of its identity and kind each is, from 1; of those held: none
	Owners  []Owner                    // every account that events of the message name, at most a few
	Changes []Told                     // of those recipients
	Held    []Held                     // what belongs to no recipient's story
	Cut     bool                       // there was more than the limits allow
}

// Owner is an account that has a message of this id, "" where events name none,
// and the two smallest of the recipients whom its events prove to be addressed.
type Owner struct {
	Account    string
	Recipients []string
}

// Told is a change as the database tells it.
type Told struct {
	schemas.Identity
	Cause         schemas.EventID
	Time          int64
	Kind          schemas.Kind // KindNone: a change that was taken back, of which no more is left than that it was
	Reason        schemas.Reason
	Derived       bool
	Before, After []string // identifiers of statuses, in the order of schemas.Vocabularies
	Withdrawn     bool
}

// Held is an event that is shown in no recipient's story.
type Held struct {
	schemas.Event
	Contested bool   // else unmatched
	Events    uint64 // how many of its kind are held under its identity, at least
}

// Options say what of the story is wanted.
type Options struct {
	Vocabularies []*schemas.Vocabulary // those to tell it in
	All          bool                  // also what was taken back
	Timers       status.Timers         // must be those of the processor
	Replies      *classify.Rules       // likewise; nil: the embedded ones
}
