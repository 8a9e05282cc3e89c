package postfix

import (
	"bytes"
	"cmp"
	"slices"

	"mailfate/sources"
	"mailfate/sources/mta"
	smtp "mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// client: a client begins to hand a message over.
//
//	client=host[address][:port][, sasl_method=…][, sasl_username=…][, sasl_sender=…][, orig_queue_id=QUEUEID][, orig_client=…]
func (p *Parser) client(id, s []byte) sources.Result {
	user, origID := clientFields(s[bytes.IndexByte(s, ']')+1:])
	before := p.before(origID)
	e := p.at(id, begun)
	p.table.set(e, flagOrigin)
	if len(user) > 0 {
		e.Message.saslUser = string(mta.Clip(user))
		p.setAccount(e)
	}
	p.inherit(e, before)
	return mta.Context
}

// clientFields reads what Postfix itself knows of a client. It takes nothing behind
// sasl_sender, which any client can say, logged in or not, and which can hold anything.
// A user's name can hold spaces and commas.
func clientFields(s []byte) (user, origID []byte) {
	if len(s) == 0 { // mostly
		return nil, nil
	}
	s, _, _ = bytes.Cut(s, []byte(", sasl_sender="))
	s, _, _ = bytes.Cut(s, []byte(", orig_client="))
	s, origID, _ = bytes.Cut(s, []byte(", orig_queue_id="))
	_, user, _ = bytes.Cut(s, []byte(", sasl_username="))
	return user, origID
}

// pickup: a local program has left a message, or postsuper one to be queued anew.
//
//	uid=0 from=<sender>[ orig_id=QUEUEID]
func (p *Parser) pickup(id, s []byte) sources.Result {
	var before *message
	if i := bytes.LastIndex(s, []byte("> orig_id=")); i >= 0 {
		before = p.before(s[i+len("> orig_id="):])
		p.removed(s[i+len("> orig_id="):]) // no line says so
	}
	e := p.at(id, begun)
	p.table.set(e, flagOrigin)
	if i := bytes.Index(s, []byte(" from=<")); i >= 0 {
		if sender, _, ok := scan.Angle(s[i+len(" from="):]); ok {
			p.setSender(e, string(mta.Clip(sender)))
		}
	}
	p.inherit(e, before)
	return mta.Context
}

// passed: the filter in front of the queue has taken a message. Who sent it is said
// only here, for the filter hands it on in its own name.
//
//	END-OF-MESSAGE: 250 2.0.0 Ok: queued as QUEUEID; from=<sender> to=<recipient> proto=… helo=<…>[ sasl_username=…]
func (p *Parser) passed(s []byte) sources.Result {
	r, ok := parseRefusal(string(mta.Clip(s)))
	if !ok || r.saslUser == "" {
		return mta.Ignored(RuleAction)
	}
	e := p.known([]byte(smtp.QueuedAs(r.words)))
	if e == nil {
		return mta.Ignored(RuleAction)
	}
	p.inherit(e, &message{saslUser: r.saslUser})
	return mta.Context
}

// before returns what was known of a message under the queue id that it had
// before, as it was; nil when nothing was.
func (p *Parser) before(id []byte) *message {
	e := p.known(id)
	if e == nil {
		return nil
	}
	m := e.Message
	return &m
}

// known returns what is known of a queue id in any instance of the host; nil when
// nothing is.
func (p *Parser) known(id []byte) *entry {
	if n := queueIDLen(id); n == 0 || n != len(id) {
		return nil
	}
	return p.table.find(p.queue(), id, true)
}

// inherit takes over what the log shows only where a message came in first: it
// keeps its name when a filter renames it, and its account, and stays a
// notification.
func (p *Parser) inherit(e *entry, from *message) {
	if from == nil {
		return
	}
	m := &e.Message
	m.messageID = cmp.Or(m.messageID, from.messageID)
	if m.subject == "" && from.subject != "" {
		m.subject = from.subject
		m.flags |= flagSubject
	}
	m.flags |= from.flags & flagNotification
	p.table.Mark(e)
	if len(m.aliases) == 0 && len(from.aliases) > 0 {
		m.aliases = slices.Clip(from.aliases)
		m.flags |= flagAliases
	}
	if m.saslUser == "" && from.saslUser != "" {
		m.saslUser = from.saslUser
		p.setAccount(e)
	}
}
