package sendmail

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// A beginning is what sendmail says of a message that it has been given:
//
//	from=SENDER, size=N, class=N, nrcpts=N[, msgid=<id>][, bodytype=…][, proto=…][, daemon=…], relay=NAME [ADDRESS]
type beginning struct {
	sender     []byte
	size       int64
	recipients int64
	messageID  []byte
	relay      []byte
}

func parseBeginning(s []byte) (b beginning, ok bool) {
	var rest []byte
	if b.sender, rest, ok = scan.Angle(s); !ok || !scan.Begins(rest, ", size=") {
		i := bytes.Index(s, []byte(", size=")) // a local user's name, or a cut address
		if i < 0 {
			return b, false
		}
		b.sender, rest = bytes.TrimPrefix(s[:i], []byte("<")), s[i:]
	}
	if b.size, rest, ok = numberOf(rest, ", size="); !ok {
		return b, false
	}
	if rest, ok = scan.After(rest, ", class="); !ok {
		return b, false
	}
	i := bytes.IndexByte(rest, ',')
	if i < 0 {
		return b, false
	}
	if b.recipients, rest, ok = numberOf(rest[i:], ", nrcpts="); !ok {
		return b, false
	}
	if id, found := scan.After(rest, ", msgid="); found {
		b.messageID = messageIDOf(id)
	}
	b.relay = clientOf(rest)
	return b, true
}

// numberOf reads a field that is a number.
func numberOf(s []byte, key string) (n int64, rest []byte, ok bool) {
	if s, ok = scan.After(s, key); !ok {
		return 0, s, false
	}
	return scan.Number(s)
}

// messageIDOf reads <id@domain>, or id@domain. One that was cut is none: two
// messages can have it.
func messageIDOf(s []byte) []byte {
	if id, _, ok := scan.Angle(s); ok {
		return id
	}
	if scan.Begins(s, "<") {
		return nil
	}
	id, _, _ := bytes.Cut(s, []byte(", "))
	return id
}

// fromLine: a message was given to us, or not quite: a dialogue without any
// recipient that was taken ends in this line too, and so does one that was broken
// off, which then has no Message-ID.
func (p *Parser) fromLine(id, s []byte) sources.Result {
	b, ok := parseBeginning(s)
	if !ok {
		return mta.Unparsed
	}
	e := p.at(id)
	if e.Message.is(flagOrigin) {
		return mta.Context
	}
	e.Message.size = b.size
	e.Message.user = p.user(b.relay)
	p.setSender(e, b.sender)
	p.nameBy(e, b.messageID)
	p.set(e, flagOrigin)
	p.releaseHeld(e, id)
	switch {
	case e.Message.is(flagNotification) || p.isReturn(e, b.messageID):
		p.set(e, flagNotification)
		return mta.Ignored(RuleNotification)
	case b.recipients == 0:
		p.table.Retire(e)
		return mta.Context
	case len(b.messageID) == 0 && !cutMessageID(s):
		return mta.Context
	}
	return p.queued(e, id)
}

// cutMessageID reports whether there was a Message-ID, if not a whole one.
func cutMessageID(s []byte) bool { return bytes.Contains(s, []byte(", msgid=")) }

// nameBy notes the Message-ID.
func (p *Parser) nameBy(e *entry, header []byte) {
	if id := p.options.Name(string(header)); id != "" {
		e.Message.messageID = id
	}
}

// queued says that we have the message, and whether it is held.
func (p *Parser) queued(e *entry, id []byte) sources.Result {
	p.about(e, schemas.Queued, string(id))
	p.send()
	if e.Message.is(flagQuarantine) {
		p.event.Kind = schemas.Quarantined
		p.send()
	}
	return mta.Events
}

// isReturn reports whether a message is a notification that this host has made
// and given to itself: with the null sender, and a Message-ID after a queue id
// that is known as a notification's.
//
//	YYYYMMDDhhmm.QUEUEID@HOST
func (p *Parser) isReturn(e *entry, messageID []byte) bool {
	const date = len("200612312359.")
	if e.Message.sender != mta.NullSender || len(messageID) <= date || messageID[date-1] != '.' {
		return false
	}
	s := messageID[date:]
	n := queueIDLen(s)
	if n == 0 || n >= len(s) || s[n] != '@' {
		return false
	}
	of := p.table.Find(p.queue(), s[:n])
	return of != nil && of.Message.is(flagNotification)
}
