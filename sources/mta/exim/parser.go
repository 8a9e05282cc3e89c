package exim

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/held"
	"mailfate/sources/mta/queue"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/stamp"
	"mailfate/sources/mta/syslog"
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

	own       stamp.Clock // reads Exim's own stamps in lines of syslog
	processes *queue.Table[process, *process]

	senders, logins mta.Recent

	expired int64 // the time up to which all that is too old was forgotten

	// Of the line being read.
	file   string
	offset int64
	log    syslog.Line // without a stamp when the line is of a log file
	rec    record
	emit   func(*schemas.Event)
	event  schemas.Event
	texts  texts.Set
	login  string // of a client that was refused
	sent   int    // events of the line so far
}

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	if p.file != line.File { // an unneeded write costs while memory is collected
		p.file = line.File
	}
	p.offset, p.emit, p.sent = line.Offset, emit, 0
	result := p.read(withoutNoise(line.Data))
	if p.sent > 0 {
		return mta.Events
	}
	return result
}

// read reads a line of a log file or of syslog.
func (p *Parser) read(b []byte) sources.Result {
	if len(p.log.Stamp) > 0 {
		p.log.Stamp, p.rec.host = nil, p.host
	}
	switch {
	case p.rec.split(&p.clock, b):
		p.advance(p.rec.time)
		return p.text()
	case p.log.Split(&p.clock, b):
		return p.fromSyslog()
	}
	return continued(b)
}

// advance takes a line's time in.
func (p *Parser) advance(ms int64) {
	p.clock.Advance(ms)
	p.expire()
}

// expire forgets what is too old by now, if that is another time than it was.
func (p *Parser) expire() {
	now := p.clock.Steady()
	if now == p.expired {
		return
	}
	p.expired = now
	p.table.Expire(now)
	p.processes.Expire(now)
	p.held.Expire(now, p.handOut)
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
func (p *Parser) queue() *queue.Queue { return p.table.Of(p.rec.host, nil) }
