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
	return &Parser{
		options: o,
		host:    host,
		clock:   o.Clock(),
		table:   table{queue.New[message](o.Queue())},
		times:   1,
	}
}

var _ sources.Parser = (*Parser)(nil)
