package exim

import (
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/queue"
)

// Options say what the lines themselves do not.
type Options = mta.Options

// New returns a parser for one stream.
func New(o Options) *Parser {
	p := &Parser{
		options: o,
		host:    []byte(o.Host),
		clock:   o.Clock(),
		table:   queue.New[message](o.Queue()),
	}
	p.QueueState = mta.NewQueueState(&p.clock, p.table, &p.held, &p.hashes)
	p.table.Loaded = func(m *message) { m.account = o.AccountOf(m.sender, m.login) }
	return p
}

var (
	_ sources.Parser   = (*Parser)(nil)
	_ sources.Recaller = (*Parser)(nil)
)
