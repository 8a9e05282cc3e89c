package sendmail

import (
	"time"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/queue"
	"mailfate/sources/saved"
)

// Options say what the lines themselves do not.
type Options = mta.Options

const (
	// sessionLifetime is how long after a client authenticated itself a message
	// of the same process can be its.
	sessionLifetime = 6 * time.Hour
	// maxSessions is how many authenticated connections are remembered at most.
	maxSessions = 16384
	// sessionKey is the first byte of the keys under which they are saved.
	sessionKey = 'a'
)

// New returns a parser for one stream.
func New(o Options) *Parser {
	var host []byte
	if o.Host != "" {
		host = []byte(o.Host)
	}
	p := &Parser{
		options:  o,
		host:     host,
		clock:    o.Clock(),
		table:    queue.New[message](o.Queue()),
		sessions: queue.New[session](queue.Options{Lifetime: sessionLifetime, MaxOpen: maxSessions}),
		times:    1,
	}
	p.QueueState = mta.NewQueueState(&p.clock, p.table, &p.held, &p.hashes,
		saved.Named{Prefix: sessionKey, Name: "sessions", Part: p.sessions})
	p.table.Loaded = p.setAccount
	return p
}

var (
	_ sources.Parser   = (*Parser)(nil)
	_ sources.Recaller = (*Parser)(nil)
)
