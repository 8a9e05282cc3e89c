package exim

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/scan"
)

// nullSender is how an empty envelope sender is written (RFC 5321, 4.5.5).
const nullSender = "<>"

// arrival: a message is in the queue.
//
//	sender H=… U=… P=… X=… A=… S=… id=… T="subject" from <sender> for recipient …
//	<> R=id U=… P=local S=…
//
// The second is a message that Exim itself made about another one.
func (p *Parser) arrival(s []byte) sources.Result {
	sender, rest, ok := arrivalSender(s)
	if !ok {
		return unparsed
	}
	var f fields
	f.read(rest)
	e := p.entry()
	if string(sender) == nullSender && f.router != nil && f.host == nil {
		e.Message.notification = true
		p.table.Mark(e)
		return ignored(RuleNotification)
	}
	p.blank(schemas.Queued)
	p.texts.Add(&p.event.QueueID, p.rec.id)
	p.texts.Add(&p.event.MessageID, f.messageID)
	if f.subject != nil {
		p.texts.AddFunc(&p.event.Subject, func(dst []byte) []byte { return unescape(dst, clip(f.subject)) })
	}
	p.texts.Store()
	p.learn(e, sender, &f)
	p.describe(&p.event, e)
	return p.send(e)
}

// arrivalSender reads the sender, which is not in brackets, but for the null one.
func arrivalSender(s []byte) (sender, rest []byte, ok bool) {
	end := 0
	if len(s) > 0 && s[0] == '"' {
		if _, after, ok := quoted(s); ok {
			end = len(s) - len(after)
		}
	}
	word, rest := cutWord(s[end:])
	end += len(word)
	return s[:end], skipSpace(rest), end > 0
}

// learn notes what an arrival shows of a message.
func (p *Parser) learn(e *entry, sender []byte, f *fields) {
	m := &e.Message
	m.size = f.size
	if p.sender != string(sender) {
		p.sender = string(clip(sender))
	}
	m.sender = p.sender
	if len(f.login) > 0 {
		m.login = string(clip(f.login))
	}
	m.account = p.account(m.sender, m.login)
	if id := p.messageID(p.event.MessageID); id != "" {
		m.messageID = id
	}
	p.table.Mark(e)
	p.releaseNamed(e)
}

// account names the account of a message.
func (p *Parser) account(sender, login string) string {
	if p.options.Account == nil {
		return ""
	}
	return schemas.CleanAccount(p.options.Account(sender, login))
}

// messageID returns a message's own id, as configured; "" when it has none.
func (p *Parser) messageID(s string) string {
	id := schemas.CleanMessageID(s)
	if id != "" && p.options.MessageID != nil {
		if taken := p.options.MessageID(id); taken != "" {
			id = schemas.CleanMessageID(taken)
		}
	}
	return id
}

// clip bounds what is kept of a line.
func clip(b []byte) []byte { return b[:min(len(b), schemas.MaxText)] }

// angle is scan.Angle for what may be missing.
func angle(s []byte) []byte {
	a, _, _ := scan.Angle(s)
	return a
}
