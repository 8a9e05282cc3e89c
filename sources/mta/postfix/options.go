package postfix

import (
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/queue"
)

// Options say what the lines themselves do not.
type Options = mta.Options

// New returns a parser for one stream.
func New(o Options) *Parser {
	var host []byte
	if o.Host != "" {
		host = []byte(o.Host)
	}
	p := &Parser{
		options: o,
		host:    host,
		clock:   o.Clock(),
		table:   table{queue.New[message](o.Queue())},
		times:   1,
	}
	p.QueueState = mta.NewQueueState(&p.clock, p.table, &p.held, &p.hashes)
	p.table.Loaded = p.nameAccount
	return p
}

var (
	_ sources.Parser   = (*Parser)(nil)
	_ sources.Recaller = (*Parser)(nil)
)
