package postfix

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

// Parser reads the log of Postfix; New makes one.
type Parser struct {
	mta.QueueState
	options Options
	host    []byte // Options.Host
	clock   stamp.Clock
	table   table
	hashes  sources.LineHash
	held    held.Events

	// Of the line being read.
	file     string
	offset   int64
	rec      record
	times    int // how often syslog says that the line was repeated
	emit     func(*schemas.Event)
	event    schemas.Event
	released bool // an event that was held back went out
}

// Line parses one line, as sources.Parser says.
func (p *Parser) Line(line sources.Line, emit func(*schemas.Event)) sources.Result {
	if !p.split(line.Data) {
		return mta.Unparsed
	}
	p.clock.Advance(p.rec.Time)
	p.table.Expire(p.clock.Steady())
	if p.file != line.File {
		p.file = line.File
	}
	p.offset, p.emit, p.times, p.released = line.Offset, emit, 1, false
	p.held.Expire(p.clock.Steady(), p.release)
	result := p.daemonLine()
	if p.released {
		return mta.Events
	}
	return result
}

// daemonLine reads a line by who logged it.
func (p *Parser) daemonLine() sources.Result {
	switch p.rec.daemon {
	case foreign:
		return mta.Ignored(RuleNotPostfix)
	case untagged:
		return untaggedLine(p.rec.Text)
	}
	if n, inner, ok := syslog.Repeated(p.rec.Text); ok {
		if n > syslog.MaxRepeats {
			return mta.Malformed(mta.RepeatedTooOften)
		}
		p.times, p.rec.Text = n, inner
	}
	return p.text()
}

// split takes the line apart up to its text.
func (p *Parser) split(b []byte) bool {
	if !p.rec.Split(&p.clock, b) {
		return false
	}
	p.rec.head()
	return true
}

// untaggedLine is what a syslog server says in its own name: "last message
// repeated 2 times". Anything else without a tag is of another program.
func untaggedLine(text []byte) sources.Result {
	if scan.Begins(text, "last message repeated ") {
		return mta.Ignored(RuleRepeated)
	}
	return mta.Ignored(RuleNotPostfix)
}

// text reads what follows the tag: about a message with a queue id, about one
// that never got any, or about no message.
func (p *Parser) text() sources.Result {
	s := p.rec.Text
	if n := queueIDLen(s); n > 0 && len(s) > n+1 && s[n] == ':' && s[n+1] == ' ' {
		return p.message(s[:n], s[n+2:])
	}
	if rest, ok := scan.After(s, "NOQUEUE: "); ok {
		return p.noQueue(rest)
	}
	if p.rec.daemon == smtpd && scan.Begins(s, "disconnect from ") {
		p.releaseClient()
	}
	return p.plain(s)
}

// queue returns the queue that the line is about.
func (p *Parser) queue() *queue.Queue {
	t := p.rec.tag
	if t.queue == nil || t.queue.Forgotten() {
		host := p.rec.Host
		if p.host != nil {
			host = p.host
		}
		t.queue = p.table.Of(host, t.instance)
	}
	return t.queue
}
