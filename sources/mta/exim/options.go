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
	return &Parser{
		options: o,
		host:    []byte(o.Host),
		clock:   o.Clock(),
		table:   queue.New[message](o.Queue()),
	}
}

var _ sources.Parser = (*Parser)(nil)
