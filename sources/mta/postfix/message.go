package postfix

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// message reads a line about a queue id: what follows "QUEUEID: ".
func (p *Parser) message(id, s []byte) sources.Result {
	if len(s) == 0 {
		return mta.Unparsed
	}
	switch s[0] {
	case 't':
		if scan.Begins(s, "to=<") {
			return p.delivery(id)
		}
	case 'f':
		if rest, ok := scan.After(s, "from="); ok {
			return p.fromLine(id, rest)
		}
	case 'c':
		if rest, ok := scan.After(s, "client="); ok {
			return p.client(id, rest)
		}
	case 'u':
		if scan.Begins(s, "uid=") {
			return p.pickup(id, s)
		}
	case 'm':
		if rest, ok := scan.After(s, "message-id="); ok {
			return p.messageID(id, rest, false)
		}
		for _, verb := range [...]string{"milter-reject: ", "milter-header-reject: ", "milter-body-reject: "} {
			if rest, ok := scan.After(s, verb); ok {
				return p.refuse(id, rest)
			}
		}
	case 'r':
		if string(s) == "removed" || scan.Begins(s, "removed (") {
			return p.removed(id)
		}
		if rest, ok := scan.After(s, "resent-message-id="); ok {
			return p.messageID(id, rest, true)
		}
		if rest, ok := scan.After(s, "reject: "); ok {
			return p.refuse(id, rest)
		}
	case 'p':
		if rest, ok := scan.After(s, "proxy-reject: "); ok {
			return p.refuse(id, rest)
		}
	}
	if p.rec.daemon == bounce {
		if _, note, ok := bytes.Cut(s, notificationWords); ok {
			return p.notified(note)
		}
	}
	return p.aside(id, s)
}

// removed: the message is no longer in the queue. When postsuper says so, a person
// has deleted it: whom it has not reached yet it will not reach.
//
//	removed
//	removed (canceled)
//	removed (discarded)
func (p *Parser) removed(id []byte) sources.Result {
	e := p.table.find(p.queue(), id, p.rec.service)
	if e == nil && p.rec.daemon == postsuper {
		e = p.at(id, never)
	}
	if e == nil {
		return mta.Context
	}
	deleted := p.rec.daemon == postsuper && !e.Removed()
	p.table.Retire(e)
	switch {
	case !deleted:
		return mta.Context
	case e.Message.flags&flagNotification != 0:
		return mta.Ignored(RuleNotification)
	}
	p.about(e, schemas.Cancelled, string(id))
	return p.send()
}

var notificationWords = []byte(" notification: ")

// notified: a mail about the message was made.
//
//	{sender|postmaster} {non-delivery|delay|delivery status} notification: QUEUEID
func (p *Parser) notified(s []byte) sources.Result {
	n := queueIDLen(s)
	if n == 0 || n != len(s) {
		return mta.Unparsed
	}
	p.table.set(p.at(s, never), flagNotification)
	return mta.Context
}
