package postfix

import (
	"mailfate/schemas"
	"mailfate/sources"
)

// fromLine: the queue manager takes a message up, or gives it up.
//
//	from=<sender>, size=N, nrcpt=N (queue active)
//	from=<sender>, status={expired|force-expired}, returned to sender
func (p *Parser) fromLine(id, s []byte) sources.Result {
	sender, rest, ok := angle(s)
	if !ok {
		return unparsed
	}
	if status, ok := after(rest, ", status="); ok {
		return p.gaveUp(id, sender, status)
	}
	rest, ok = after(rest, ", size=")
	if !ok {
		return unparsed
	}
	size, _, ok := number(rest)
	if !ok {
		return unparsed
	}
	return p.active(id, sender, size)
}

// active: a message enters the active queue. The first time it is new to us;
// after that it is tried again.
func (p *Parser) active(id, sender []byte, size int64) sources.Result {
	e := p.table.current(p.queue(), id, p.rec.service, p.rec.time)
	seen := e.flags&entryActive != 0
	p.table.set(e, entryActive)
	if !seen {
		e.size = size
		p.setSender(e, sender)
		if e.madeHere() {
			p.table.set(e, entryNotification)
		}
	}
	switch {
	case e.flags&entryNotification != 0:
		return ignored(RuleNotification)
	case seen:
		return contextual
	}
	p.about(e, schemas.Queued, string(id))
	return p.send()
}

// madeHere reports whether Postfix itself made a message: with the null sender,
// without a Message-ID, and neither a client nor a local program handed it over.
// The line that links a notification with its cause comes too late as often as
// not: bounce logs it while qmgr already takes the notification up.
func (e *entry) madeHere() bool {
	return e.sender == nullSender && e.flags&(entryNamedHere|entryOrigin) == entryNamedHere
}

// gaveUp: the message was too long in the queue. The recipients that it still
// had are not named.
func (p *Parser) gaveUp(id, sender, status []byte) sources.Result {
	if !begins(status, "expired") && !begins(status, "force-expired") {
		return unparsed
	}
	e := p.table.get(p.queue(), id, p.rec.service, p.rec.time)
	if e.sender == "" {
		p.setSender(e, sender)
	}
	if e.flags&entryNotification != 0 {
		return ignored(RuleNotification)
	}
	p.about(e, schemas.Expired, string(id))
	p.event.Reply = string(clip(status))
	return p.send()
}

// nullSender is how an empty envelope sender is written (RFC 5321, 4.5.5).
const nullSender = "<>"

// setSender notes the envelope sender. The address from which Postfix probes
// addresses and tells the postmaster of errors sends no messages of ours.
func (p *Parser) setSender(e *entry, sender []byte) {
	switch {
	case len(sender) == 0:
		e.sender = nullSender
	case begins(sender, "double-bounce@"):
		p.table.set(e, entryNotification)
		fallthrough
	default:
		e.sender = p.senders.text(clip(sender))
	}
	p.table.mark(e)
	p.setAccount(e)
}

func (p *Parser) setAccount(e *entry) {
	p.table.mark(e)
	if p.options.Account != nil {
		e.account = schemas.CleanAccount(p.options.Account(e.sender, e.saslUser))
	}
}

// recent keeps the last text, since mailings have one sender for many messages.
type recent struct{ last string }

func (r *recent) text(b []byte) string {
	if r.last != string(b) {
		r.last = string(b)
	}
	return r.last
}
