package sendmail

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/held"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/mta/syslog"
)

// Parser reads the log of sendmail; New makes one.
type Parser struct {
	mta.QueueState
	options  Options
	host     []byte // Options.Host
	clock    stamp.Clock
	table    *queue.Table[message, *message]
	sessions *queue.Table[session, *session]
	hashes   sources.LineHash
	held     held.Events // refusals whose message has no name yet

	senders mta.Recent

	// Of the line being read.
	line    sources.Line
	rec     record
	times   int // how often syslog says that the line was repeated
	hashed  bool
	hash    schemas.Hash
	nth     int // of the next event in the line
	sent    int // events of the line so far
	emit    func(*schemas.Event)
	event   schemas.Event
	to      delivery
	release func(*schemas.Event) // hands out what was held
}

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	if !p.split(line.Data) {
		return mta.Unparsed
	}
	p.clock.Advance(p.rec.Time)
	now := p.clock.Steady()
	p.table.Expire(now)
	p.sessions.Expire(now)
	p.line, p.emit, p.times, p.sent, p.hashed = line, emit, 1, 0, false
	if p.release == nil {
		p.release = p.handOut
	}
	p.held.Expire(now, p.release)
	result := p.program()
	if p.sent > 0 {
		return mta.Events
	}
	return result
}

// program reads a line by who logged it.
func (p *Parser) program() sources.Result {
	if !p.rec.sendmail {
		if p.rec.Tag == nil && scan.Begins(p.rec.Text, "last message repeated ") {
			return mta.Ignored(RuleRepeated)
		}
		return mta.Ignored(RuleNotSendmail)
	}
	if n, inner, ok := syslog.Repeated(p.rec.text); ok {
		if n > syslog.MaxRepeats {
			return mta.Malformed(mta.RepeatedTooOften)
		}
		p.times, p.rec.text = n, inner
	}
	return p.text()
}

// split takes the line apart up to its text.
func (p *Parser) split(b []byte) bool {
	if !p.rec.Split(&p.clock, b) {
		return false
	}
	p.rec.host = p.rec.Host
	if p.host != nil {
		p.rec.host = p.host
	}
	p.rec.head()
	return true
}

// text reads what follows the tag: about a queue id, or about none.
func (p *Parser) text() sources.Result {
	s := p.rec.text
	if n := queueIDLen(s); n > 0 {
		if rest, ok := scan.After(s[n:], ": "); ok {
			return p.message(s[:n], rest)
		}
	}
	if rest, ok := scan.After(s, "NOQUEUE: "); ok {
		s = rest
	}
	return p.aside(nil, s)
}

// queue returns the queue that the line is about.
func (p *Parser) queue() *queue.Queue { return p.table.Of(p.rec.host, instance) }
