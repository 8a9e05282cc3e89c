package sendmail

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
		if scan.Begins(s, "to=") {
			return p.delivery(id)
		}
	case 'f':
		if rest, ok := scan.After(s, "from="); ok {
			return p.fromLine(id, rest)
		}
	case '<':
		return p.refusedRecipient(id, s)
	case 'd':
		if scan.Begins(s, "done; ") {
			return p.done(id)
		}
	case 'a':
		if rest, ok := scan.After(s, "alias "); ok {
			return p.alias(id, rest)
		}
	case 's':
		if rest, ok := scan.After(s, "split: "); ok {
			return p.splitLine(id, rest)
		}
	}
	if n := queueIDLen(s); n > 0 {
		if rest, ok := scan.After(s[n:], ": "); ok {
			return p.made(id, s[:n], rest)
		}
	}
	return p.aside(id, s)
}

// done: the message is no longer in the queue.
//
//	done; delay=…, ntries=N
func (p *Parser) done(id []byte) sources.Result {
	if e := p.table.Find(p.queue(), id); e != nil {
		p.table.Retire(e)
	}
	return mta.Context
}

// made: a mail was made of this one: about it, or a copy for a mailing list.
//
//	QUEUEID: {DSN|return to sender|sender notify|postmaster notify}: WORDS
//	QUEUEID: clone: owner=…
//
// The owner gets what comes back of the copy, but is not who sent the message.
func (p *Parser) made(id, other, s []byte) sources.Result {
	what, words, ok := bytes.Cut(s, []byte(": "))
	if !ok {
		return mta.Unparsed
	}
	switch string(what) {
	case "clone":
		if scan.Begins(words, "owner=") {
			p.set(p.copied(id, other), flagClone)
			return mta.Context
		}
	case "DSN", "return to sender", "sender notify", "postmaster notify":
		p.set(p.at(other), flagNotification)
		return p.notified(id, words)
	}
	return mta.Unparsed
}

// givenUp is how the notice begins that ends all recipients that are left. They
// are not named.
const givenUp = "Cannot send message for "

// endless is how the notice of a mail that has gone round in circles begins.
const endless = "Too many hops "

// notified reads what a notification is about.
func (p *Parser) notified(id, words []byte) sources.Result {
	kind := schemas.Expired
	switch {
	case scan.Begins(words, givenUp):
	case scan.Begins(words, endless):
		kind = schemas.Bounced
	default:
		return mta.Context
	}
	e := p.at(id)
	if e.Message.is(flagNotification) {
		return mta.Ignored(RuleNotification)
	}
	text := string(mta.Clip(words))
	p.about(e, kind, string(id))
	p.event.Reply = text
	return p.send()
}

// copied gives another queue id all that is known of this one.
func (p *Parser) copied(id, other []byte) *entry {
	from := p.at(id)
	if from.Message.messageID == "" {
		p.name(from, string(id))
	}
	known := from.Message // the table may need its room
	e := p.at(other)
	e.Message = known
	p.table.Mark(e)
	return e
}

// maxSplit is how many queue ids a message is split into at most.
const maxSplit = 1024

// splitLine: a message to many was made several, each with some of the recipients.
//
//	[maxrcpts=N, rcpts=N, ]count=N, id{s}=QUEUEID[,QUEUEID…]
func (p *Parser) splitLine(id, s []byte) sources.Result {
	i := bytes.LastIndexByte(s, '=')
	if i < 0 {
		return mta.Unparsed
	}
	s = s[i+1:]
	for range maxSplit {
		n := queueIDLen(s)
		if n == 0 {
			return mta.Unparsed
		}
		p.copied(id, s[:n])
		rest, more := scan.After(s[n:], ",")
		if !more {
			return mta.Context
		}
		s = rest
	}
	return mta.Unparsed
}
