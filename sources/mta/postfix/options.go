package postfix

import (
	"time"

	"mailfate/sources"
)

// Defaults of Options.
const (
	// DefaultLifetime is how long a queue id is remembered after its last line.
	// Postfix gives a message up after five days, unless it is put on hold.
	DefaultLifetime = 14 * 24 * time.Hour
	// DefaultMaxOpen is how many queue ids are remembered at most.
	DefaultMaxOpen = 1_000_000
)

// Options say what the lines themselves do not. The zero value is of use.
type Options struct {
	// Host replaces the host name of every line, for logs that do not tell
	// their machines apart.
	Host string

	// Location is the zone of stamps that have none; nil is UTC.
	Location *time.Location

	// Year is the year of the first stamp that has none; 0 finds it from Reference.
	Year int

	// Reference is a date near the end of the stream's first file, such as when
	// it was last written. It tells the year of stamps without one: the first is
	// put at most a month after it and less than a year before, the following
	// ones nearest to those before them. Zero means 1970, so that it is noticed.
	Reference time.Time

	// MessageID takes the message id out of a longer one, such as a Message-ID
	// that contains the platform's own id; nil or an empty result keeps it.
	MessageID func(messageID string) string

	// Account names the account of a message from its envelope sender (as in
	// Event.Sender) and its SASL user; each may be empty. nil names none.
	Account func(sender, saslUser string) string

	// Lifetime is how long a queue id is remembered after its last line, in the
	// stream's time; 0 is DefaultLifetime.
	Lifetime time.Duration

	// MaxOpen is how many queue ids are remembered at most, the oldest are
	// forgotten; 0 is DefaultMaxOpen.
	MaxOpen int
}

// New returns a parser for one stream.
func New(o Options) *Parser {
	if o.Lifetime <= 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	var host []byte
	if o.Host != "" {
		host = []byte(o.Host)
	}
	return &Parser{
		options: o,
		host:    host,
		clock:   newClock(o),
		table:   newTable(o.MaxOpen, o.Lifetime.Milliseconds()),
		times:   1,
	}
}

var _ sources.Parser = (*Parser)(nil)
