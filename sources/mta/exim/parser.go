package exim

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/held"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/texts"
)

// Parser reads the main log of Exim; New makes one.
type Parser struct {
	options Options
	host    []byte // Options.Host
	clock   stamp.Clock
	table   *queue.Table[message, *message]
	hashes  sources.LineHash
	held    held.Events

	sender      string // the last one, since mailings have one for many messages
	provisional int

	// Of the line being read.
	line     sources.Line
	rec      record
	emit     func(*schemas.Event)
	event    schemas.Event
	texts    texts.Set
	login    string // of a client that was refused
	released bool   // an event that was held back went out
}

// Time is how far the stream's time has come, in ms since 1970 UTC.
func (p *Parser) Time() int64 { return p.clock.Now() }

// Provisional counts the queue ids, since New, whose messages were named after
// the queue id, because the log did not show their Message-ID: they have none,
// the log selector msg_id is off, or the log begins after it.
func (p *Parser) Provisional() int { return p.provisional }

// Forgotten counts the queue ids, since New, that were forgotten before their
// time because Options.MaxOpen was reached.
func (p *Parser) Forgotten() int { return p.table.Forgotten() }

// Open is how many queue ids are remembered now.
func (p *Parser) Open() int { return p.table.Open() }

var (
	contextual = sources.Result{Outcome: sources.Context}
	unparsed   = sources.Result{Outcome: sources.Unparsed}
	emitted    = sources.Result{Outcome: sources.Events}
)

func ignored(rule string) sources.Result {
	return sources.Result{Outcome: sources.Ignored, Rule: rule}
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
		return emitted
	}
	return result
}

// continued reads a line without a stamp: Exim writes two of its warnings on
// several lines.
func continued(b []byte) sources.Result {
	if scan.Begins(b, " Suggested action: ") || scan.Begins(b, "  ") {
		return ignored(RuleWarning)
	}
	return unparsed
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
