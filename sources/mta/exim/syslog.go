package exim

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
	"mailfate/sources/mta/syslog"
)

// fromSyslog reads a line that came by way of syslog (log_file_path = syslog; the
// specification's chapter "Log files", section "Logging to syslog"):
//
//	SYSLOGSTAMP HOST exim[PID]: [STAMP ]TEXT
func (p *Parser) fromSyslog() sources.Result {
	l := &p.log
	p.rec.host = l.Host
	if len(p.host) > 0 {
		p.rec.host = p.host
	}
	if !scan.Begins(l.Tag, "exim") {
		p.advance(l.Time)
		return mta.Ignored(RuleNotExim)
	}
	times, text, ok := syslog.Repeated(l.Text)
	switch {
	case !ok:
		times, text = 1, l.Text
	case times > syslog.MaxRepeats:
		return mta.Malformed(mta.RepeatedTooOften)
	}
	var result sources.Result
	for range times {
		result = p.logged(text)
	}
	return result
}

// logged reads what Exim said to syslog: one line of its log, or a part of one.
func (p *Parser) logged(text []byte) sources.Result {
	part, inParts := cutPart(text)
	if !inParts || part.n == 1 {
		p.takeApart(part.text)
		p.advance(p.rec.time)
	} else {
		p.expire()
	}
	if inParts {
		whole, result := p.join(part)
		if whole == nil {
			return result
		}
		p.takeApart(whole)
	}
	if p.isCopy() {
		return mta.Ignored(RuleCopy)
	}
	return p.text()
}

// takeApart takes a line of Exim's log apart that has a stamp of its own, as it has by
// default (syslog_timestamp), or none. Of both stamps that counts which has a zone:
// the short one of syslog never has, Exim's own seldom.
func (p *Parser) takeApart(text []byte) {
	r, l := &p.rec, &p.log
	if !r.split(&p.own, text) {
		r.stamp, r.rest, r.time = l.Stamp, text, l.Time
		r.about(text)
		return
	}
	if scan.IsDigit(l.Stamp[0]) {
		r.time = l.Time
	}
}

// A part is one of those in which Exim hands a line to syslog that is long or has
// line feeds in it: "[2/5] ", "[2\5] " where a line feed follows.
type part struct {
	n, of int64
	ended bool // a line feed follows, or nothing
	text  []byte
}

// cutPart reads the number of a part. What is none is the whole line.
func cutPart(s []byte) (p part, ok bool) {
	whole := part{1, 1, true, s}
	if len(s) == 0 || s[0] != '[' {
		return whole, false
	}
	n, rest, ok := scan.Number(s[1:])
	if !ok || len(rest) == 0 || rest[0] != '/' && rest[0] != '\\' {
		return whole, false
	}
	ended := rest[0] == '\\'
	of, rest, ok := scan.Number(rest[1:])
	if !ok || n < 1 || n > of {
		return whole, false
	}
	if rest, ok = scan.After(rest, "] "); !ok {
		return whole, false
	}
	return part{n, of, ended || n == of, rest}, true
}

// maxJoined is how much of a line is put together. Exim's own limit is half of it.
const maxJoined = 16 << 10

// join takes in a part, and returns the line once it is whole; else it says what
// the part was good for. Only the first line of several is one of the main log: the
// others are the headers of a message that was refused, as the reject log has them.
func (p *Parser) join(next part) (whole []byte, result sources.Result) {
	e := p.process()
	if next.n == 1 {
		if e == nil {
			e = p.remember()
		}
		e.Message.open(next)
	} else if e == nil || !e.Message.continues(next) {
		return nil, mta.Unparsed // its beginning is not in the log
	}
	m := &e.Message
	p.processes.Mark(e)
	m.next++
	if m.whole {
		return nil, mta.Ignored(RuleContinued)
	}
	m.line = append(m.line, next.text[:min(len(next.text), maxJoined-len(m.line))]...)
	if m.whole = next.ended; !m.whole {
		return nil, mta.Context
	}
	whole, m.line = m.line, nil
	return whole, mta.Context
}

// isCopy reports whether the line is the copy of the one before: what goes to the
// reject log or the panic log too, syslog gets twice (syslog_duplication). Where that
// is turned off, a client that asks for the same twice within a second is taken to
// have asked once.
func (p *Parser) isCopy() bool {
	e := p.process()
	if e == nil || e.Message.copied == (schemas.Hash{}) {
		return false
	}
	const apart = 1000 // ms
	copied := e.Message.copied == schemas.HashBytes(p.rec.rest) && p.rec.time-e.Message.at <= apart
	e.Message.copied = schemas.Hash{}
	p.processes.Mark(e)
	return copied
}

// mayBeCopied notes that a copy of the line may follow.
func (p *Parser) mayBeCopied() {
	if len(p.log.Stamp) == 0 {
		return // it is of a log file
	}
	e := p.process()
	if e == nil {
		e = p.remember()
	}
	e.Message.copied, e.Message.at = schemas.HashBytes(p.rec.rest), p.rec.time
	p.processes.Mark(e)
}

// withoutNoise drops the zeros that a file can hold in front of a line after a
// power cut, and a carriage return.
func withoutNoise(b []byte) []byte {
	if len(b) == 0 || b[0] != 0 && b[len(b)-1] != '\r' {
		return b
	}
	return bytes.TrimSuffix(bytes.TrimLeft(b, "\x00"), []byte{'\r'})
}
