// Package mta is what all readers of MTA logs have in common: what they are told
// about a log (Options), what they remember of it and save (State, QueueState), and
// what they say of its lines. The packages below it each read the log of one MTA
// (postfix), or are what the readers are made of: syslog takes the head of a line
// apart, stamp reads time stamps, scan takes clauses off a text, reply reads what
// servers answer, queue remembers the messages that are on their way, held the
// events that wait for a later line.
package mta

import (
	"time"

	"mailfate/schemas"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/stamp"
)

// Options say what the lines themselves do not. The zero value is of use.
type Options struct {
	// Host replaces the host name of every line, for logs that do not tell
	// their machines apart, and is that of lines that have none.
	Host string

	// Location is the zone of stamps that have none; nil is UTC.
	Location *time.Location

	// Year is the year of the first stamp that has none; 0 finds it from Reference.
	Year int

	// Reference is a date near the end of the stream's first file; see stamp.Options.
	Reference time.Time

	// MessageID takes the message id out of a longer one, such as a Message-ID
	// that contains the platform's own id; nil or an empty result keeps it.
	MessageID func(messageID string) string

	// Account names the account of a message from its envelope sender (as in
	// Event.Sender) and its SASL user; each may be empty. nil names none.
	Account func(sender, saslUser string) string

	// Lifetime is how long a queue id is remembered after its last line, in the
	// stream's time; 0 is queue.DefaultLifetime.
	Lifetime time.Duration

	// MaxOpen is how many queue ids in the queue are remembered in memory at most;
	// see queue.Options. 0 is queue.DefaultMaxOpen.
	MaxOpen int
}

// Clock returns the clock of a new stream.
func (o *Options) Clock() stamp.Clock {
	return stamp.New(stamp.Options{Location: o.Location, Year: o.Year, Reference: o.Reference})
}

// Queue bounds what is remembered of a stream's queue ids.
func (o *Options) Queue() queue.Options {
	return queue.Options{Lifetime: o.Lifetime, MaxOpen: o.MaxOpen}
}

// AccountOf names the account of a message, "" for none.
func (o *Options) AccountOf(sender, saslUser string) string {
	if o.Account == nil {
		return ""
	}
	return schemas.CleanAccount(o.Account(sender, saslUser))
}
