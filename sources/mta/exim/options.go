package exim

import (
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/queue"
	"mailfate/sources/saved"
)

// Options say what the lines themselves do not.
type Options = mta.Options

// New returns a parser for one stream.
func New(o Options) *Parser {
	p := &Parser{
		options: o,
		host:    []byte(o.Host),
		rec:     record{host: []byte(o.Host)},
		clock:   o.Clock(),
		table:   queue.New[message](o.Queue()),

		own:       o.Clock(),
		processes: queue.New[process](queue.Options{Lifetime: processLifetime, MaxOpen: maxProcesses}),
	}
	p.QueueState = mta.NewQueueState(&p.clock, p.table, &p.held, &p.hashes,
		saved.Named{Prefix: processKey, Name: "processes", Part: p.processes})
	p.table.Loaded = func(m *message) { m.account = o.AccountOf(m.sender, m.login) }
	return p
}

var (
	_ sources.Parser   = (*Parser)(nil)
	_ sources.Recaller = (*Parser)(nil)
)
