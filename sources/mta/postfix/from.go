package postfix

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// fromLine: the queue manager takes a message up, or gives it up.
//
//	from=<sender>, size=N, nrcpt=N (queue active)
//	from=<sender>, status={expired|force-expired}, returned to sender
func (p *Parser) fromLine(id, s []byte) sources.Result {
	sender, rest, ok := scan.Angle(s)
	if !ok {
		return mta.Unparsed
	}
	if status, ok := scan.After(rest, ", status="); ok {
		return p.gaveUp(id, sender, status)
	}
	rest, ok = scan.After(rest, ", size=")
	if !ok {
		return mta.Unparsed
	}
	size, _, ok := scan.Number(rest)
	if !ok {
		return mta.Unparsed
	}
	return p.active(id, sender, size)
}

// active: a message enters the active queue. The first time it is new to us;
// after that it is tried again.
func (p *Parser) active(id, sender []byte, size int64) sources.Result {
	e := p.at(id, removed)
	seen := e.Message.flags&flagActive != 0
	p.table.set(e, flagActive)
	var name string
	if !seen {
		// One copy, of which both are parts.
		end := len(id) + len(": from=<") + len(mta.Clip(sender))
		own := string(p.rec.Text[:end])
		name = own[:len(id)]
		e.Message.size = size
		p.setSender(e, own[end-len(mta.Clip(sender)):])
		if e.Message.madeHere() {
			p.table.set(e, flagNotification)
		}
	}
	switch {
	case e.Message.flags&flagNotification != 0:
		return mta.Ignored(RuleNotification)
	case seen:
		return mta.Context
	}
	p.about(e, schemas.Queued, name)
	return p.send()
}

// madeHere reports whether Postfix itself made a message: with the null sender,
// without a Message-ID, and neither a client nor a local program handed it over.
// The line that links a notification with its cause comes too late as often as
// not: bounce logs it while qmgr already takes the notification up.
func (m *message) madeHere() bool {
	return m.sender == mta.NullSender && m.flags&(flagNamedHere|flagOrigin) == flagNamedHere
}

// gaveUp: the message was too long in the queue. The recipients that it still
// had are not named.
func (p *Parser) gaveUp(id, sender, status []byte) sources.Result {
	if !scan.Begins(status, "expired") && !scan.Begins(status, "force-expired") {
		return mta.Unparsed
	}
	e := p.at(id, never)
	if e.Message.sender == "" {
		p.setSender(e, string(mta.Clip(sender)))
	}
	if e.Message.flags&flagNotification != 0 {
		return mta.Ignored(RuleNotification)
	}
	p.about(e, schemas.Expired, string(id))
	p.event.Reply = string(mta.Clip(status))
	return p.send()
}

// setSender notes the envelope sender. The address from which Postfix probes
// addresses and tells the postmaster of errors sends no messages of ours; that of a
// message which somebody handed over is only a name.
func (p *Parser) setSender(e *entry, sender string) {
	switch {
	case sender == "":
		e.Message.sender = mta.NullSender
	case e.Message.flags&flagOrigin == 0 && isProbe(sender):
		p.table.set(e, flagNotification)
		fallthrough
	default:
		e.Message.sender = sender
	}
	p.table.Mark(e)
	p.setAccount(e)
}

// maxEpoch is more letters than the time takes in a probe's sender.
const maxEpoch = 16

// isProbe reports whether a sender is the one of probes: double-bounce@host, or with
// the time in it as letters and digits (address_verify_sender_ttl).
func isProbe(sender string) bool {
	s, ok := scan.After(sender, "double-bounce")
	if !ok {
		return false
	}
	for i := range len(s) {
		if s[i] == '@' {
			return true
		}
		if idClass[s[i]]&idLong == 0 || i > maxEpoch {
			return false
		}
	}
	return false
}

func (p *Parser) setAccount(e *entry) {
	p.table.Mark(e)
	p.nameAccount(&e.Message)
}

// nameAccount says whose a message is by what is known of it.
func (p *Parser) nameAccount(m *message) {
	m.account = p.options.AccountOf(m.sender, m.saslUser)
}
