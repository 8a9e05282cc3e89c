package api

import (
	"context"
	"errors"

	"mailfate/schemas"
	"mailfate/sinks/explain"
	"mailfate/sinks/report"
)

// What may be wrong with an id of a message. An error that wraps one may be told to
// who asks.
var (
	ErrNothingKnown = errors.New("nothing is known by this id")   // of their messages
	ErrSeveral      = errors.New("several messages have this id") // of theirs
)

// ErrAnew says that a place is of another life: what came before is to be read anew.
var ErrAnew = errors.New("the database was started or made anew")

// A Store knows messages and keys.
type Store interface {
	// Check says what became of messages by their ids, one answer for each id.
	Check(ctx context.Context, owner Owner, v *schemas.Vocabulary, ids []string) ([]Checked, error)

	// Feed returns the newest changes that fit and stand behind a position, if it is
	// not the zero one; at most n.
	Feed(ctx context.Context, f *Filter, behind Position, n int) ([]Change, error)

	// Count says about how many changes fit.
	Count(ctx context.Context, f *Filter) (uint64, error)

	// Export hands over all changes that fit, the newest first, until each fails.
	// The change is good until the next one.
	Export(ctx context.Context, f *Filter, each func(*Change) error) error

	// News returns what was taken in from a place on, in the order in which it was; at
	// most n. What is seen of it once, nothing comes before later. Its errors may wrap
	// ErrAnew.
	News(ctx context.Context, from Place, n int) ([]News, error)

	// Next returns the place behind all that was taken in.
	Next(ctx context.Context) (Place, error)

	// Message tells the story of a message in some vocabularies: to the recipients
	// of the owner's messages. Its errors may wrap ErrNothingKnown and ErrSeveral.
	Message(ctx context.Context, owner Owner, id, recipient string, in []*schemas.Vocabulary) (explain.Story, error)

	// Recipient tells of the messages to an address; at most n, the newest first.
	Recipient(ctx context.Context, owner Owner, v *schemas.Vocabulary, address string, n int) (Facts, []Message, error)

	// Accounts are all of which anything is known.
	Accounts(ctx context.Context) ([]string, error)

	// AskOf answers a question of a report, which was checked, about the messages of
	// an owner.
	AskOf(ctx context.Context, owner Owner, q *report.Question) (report.Table, error)

	// Suppressions returns the suppressed addresses that fit, by account and address,
	// from behind one if it is given; at most n.
	Suppressions(ctx context.Context, f *SuppressionFilter, after *Address, n int) ([]Suppression, error)

	// NewReplies returns the wordings of replies that are younger than so many days and
	// come more often than before; at most n, what no rule knows first.
	NewReplies(ctx context.Context, days, n int) ([]NewReply, error)

	// Health tells how mailfate is doing, and with every also what belongs to no
	// account in particular.
	Health(ctx context.Context, owner Owner, every bool) (Health, error)

	// Keys returns all keys that were ever made.
	Keys(ctx context.Context) ([]Key, error)
}

// Owner is whose messages are asked for.
type Owner struct {
	Account string
	Any     bool // those of all accounts
}

// Is reports whether the messages of an account are the owner's.
func (o Owner) Is(account string) bool { return o.Any || o.Account == account }

// Found is what an id means to who asks.
type Found uint8

// What an id may mean.
const (
	Unknown Found = iota // nothing
	Foreign              // a message of another account
	Several              // more than one message, and so none
	Own                  // one message
)

// Checked is what became of the message that an id means.
type Checked struct {
	Found  Found
	Status string // "" if it is not Own
}
