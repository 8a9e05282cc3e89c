package exim

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// arrival: a message is in the queue.
//
//	sender H=… U=… P=… X=… A=… S=… id=… T="subject" from <sender> for recipient …
//	<> R=id U=… P=local S=…
//
// The second is a message that Exim itself made about another one.
func (p *Parser) arrival(s []byte) sources.Result {
	sender, rest, ok := arrivalSender(s)
	if !ok {
		return mta.Unparsed
	}
	var f fields
	f.read(rest)
	if f.login != nil && (!f.late || bytes.Count(rest, []byte(" P=")) > 1) {
		f.login = nil // of the client's own words: its greeting or its user's name
	}
	e := p.entry()
	if string(sender) == mta.NullSender && f.router != nil && f.host == nil {
		e.Message.notification = true
		p.table.Mark(e)
	}
	if e.Message.notification {
		return mta.Ignored(RuleNotification)
	}
	p.blank(schemas.Queued)
	p.texts.Add(&p.event.QueueID, p.rec.id)
	p.texts.Add(&p.event.MessageID, f.messageID)
	if f.subject != nil {
		p.texts.AddFunc(&p.event.Subject, func(dst []byte) []byte { return unescape(dst, mta.Clip(f.subject)) })
	}
	p.texts.Store()
	p.learn(e, sender, &f)
	p.describe(&p.event, e)
	return p.send()
}

// arrivalSender reads the sender, which is not in brackets, but for the null one.
func arrivalSender(s []byte) (sender, rest []byte, ok bool) {
	sender, rest = quotable(s)
	return sender, skipSpace(rest), len(sender) > 0
}

// learn notes what an arrival shows of a message.
func (p *Parser) learn(e *entry, sender []byte, f *fields) {
	m := &e.Message
	m.size = f.size
	m.sender = p.senders.Text(mta.Clip(sender))
	if len(f.login) > 0 {
		m.login = p.logins.Text(mta.Clip(f.login))
	}
	m.account = p.options.AccountOf(m.sender, m.login)
	if id := p.options.Name(p.event.MessageID); id != "" {
		m.messageID = id
	}
	p.table.Mark(e)
	p.releaseNamed(e)
}

// angle is scan.Angle for what may be missing.
func angle(s []byte) []byte {
	a, _, _ := scan.Angle(s)
	return a
}
