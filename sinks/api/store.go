package api

import (
	"context"

	"mailfate/schemas"
)

// A Store knows messages and keys.
type Store interface {
	// Check says what became of messages by their ids, one answer for each id.
	Check(ctx context.Context, owner Owner, v *schemas.Vocabulary, ids []string) ([]Checked, error)

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
