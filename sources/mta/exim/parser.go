package exim

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/held"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/texts"
)

// Parser reads the main log of Exim; New makes one.
type Parser struct {
	mta.QueueState
	options Options
	host    []byte // Options.Host
	clock   stamp.Clock
	table   *queue.Table[message, *message]
	hashes  sources.LineHash
	held    held.Events

	senders mta.Recent

	// Of the line being read.
	line     sources.Line
	rec      record
	emit     func(*schemas.Event)
	event    schemas.Event
	texts    texts.Set
	login    string // of a client that was refused
	released bool   // an event that was held back went out
}

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	if !p.rec.split(&p.clock, line.Data) {
		return continued(line.Data)
	}
	p.clock.Advance(p.rec.time)
	p.table.Expire(p.clock.Steady())
	p.line, p.emit, p.released = line, emit, false
	p.held.Expire(p.clock.Steady(), p.release)
	result := p.text()
	if p.released {
		return mta.Events
	}
	return result
}

// continued reads a line without a stamp: Exim writes two of its warnings on
// several lines.
func continued(b []byte) sources.Result {
	if scan.Begins(b, " Suggested action: ") || scan.Begins(b, "  ") {
		return mta.Ignored(RuleWarning)
	}
	return mta.Unparsed
}

// text reads what follows the stamp, by the mark that lines about recipients have.
func (p *Parser) text() sources.Result {
	s := p.rec.text
	if p.rec.id == nil {
		return p.plain(s)
	}
	if len(s) > 3 && s[2] == ' ' {
		rest := s[3:]
		switch string(s[:2]) {
		case "<=":
			return p.arrival(rest)
		case "=>", "->":
			return p.delivered(rest)
		case ">>":
			return p.deliveredAtOnce(rest)
		case "*>":
			return p.dry(rest)
		case "**":
			return p.failed(rest)
		case "==":
			return p.deferred(rest)
		}
	}
	return p.message(s)
}

// queue returns the queue that the line is about.
func (p *Parser) queue() *queue.Queue { return p.table.Of(p.host, nil) }
