package postfix

import (
	"bytes"

	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// messageID: cleanup has seen the header, or says that there is none.
//
//	message-id=<id@domain>
//	resent-message-id=<id@domain>
func (p *Parser) messageID(id, s []byte, resent bool) sources.Result {
	e := p.at(id, active)
	first := queueIDOf(s)
	p.madeFor(e, first, id)
	known := e.Message.messageID != ""
	if known && (resent || e.Message.flags&flagResent == 0) {
		return mta.Context // what it was called before counts, then the first, and a Message-ID before a Resent-Message-ID
	}
	header := insideAngles(s)
	if !mta.HasMessageID(header) {
		return mta.Context
	}
	e.Message.messageID = p.options.Name(string(header))
	e.Message.flags &^= flagResent | flagNamedHere
	if resent {
		e.Message.flags |= flagResent
	}
	if bytes.Equal(first, id) {
		e.Message.flags |= flagNamedHere
	}
	p.table.Mark(e)
	p.releaseNamed(e, id)
	return mta.Context
}

// insideAngles returns <id@domain> of a header that has other words around it.
func insideAngles(s []byte) []byte {
	i := bytes.IndexByte(s, '<')
	if i < 0 {
		return s
	}
	if j := bytes.IndexByte(s[i:], '>'); j > 0 {
		return s[i : i+j+1]
	}
	return s
}

// madeFor notes that a message is a notification on its way from one of our queues
// to the next: its Message-ID is of Postfix's own making, from the queue id that
// the notification had there.
func (p *Parser) madeFor(e *entry, first, id []byte) {
	if len(first) == 0 || bytes.Equal(first, id) {
		return
	}
	if from := p.known(first); from != nil && from.Message.flags&flagNotification != 0 {
		p.table.set(e, flagNotification)
	}
}

// queueIDOf returns the queue id in a Message-ID that Postfix made, as it does
// where there is none: <YYYYMMDDhhmmss.QUEUEID@myhostname>, or without the date
// where queue ids are long and so unique for ever.
func queueIDOf(s []byte) []byte {
	const date = len("20061231235959.")
	s, ok := scan.After(s, "<")
	if !ok {
		return nil
	}
	if len(s) > date && s[date-1] == '.' && allDigits(s[:date-1]) {
		s = s[date:]
	}
	if n := queueIDLen(s); n > 0 && n < len(s) && s[n] == '@' {
		return s[:n]
	}
	return nil
}
