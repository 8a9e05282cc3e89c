package tracking

import (
	"strings"
	"unicode/utf8"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/texts"
)

// ends says where the texts of a match end in p.texts, each behind the one before.
type ends struct{ messageID, recipient, account, link int }

// fill makes the event of a hit, or says by which rule there is none.
func (p *Parser) fill(m *match) (rule string) {
	p.texts = p.texts[:0]
	var at ends
	if m.signed {
		at = p.takeToken()
	} else if at, rule = p.takeMatch(m); rule != "" {
		return rule
	}
	agent := p.add(p.hit.agent)
	addr := p.add(p.hit.addr)
	host := p.add(p.hit.host)

	all := string(p.texts)
	p.ev = schemas.Event{
		Kind:      m.kind,
		Time:      p.hit.time,
		Command:   command(p.hit.method, p.hit.prefetch),
		URL:       all[at.account:at.link],
		UserAgent: all[at.link:agent],
		IP:        all[agent:addr],
		Host:      all[addr:host],
		Source:    schemas.SourceTracking,
	}
	if p.ev.Host == "" {
		p.ev.Host = p.opts.Host
	}
	p.ev.MessageID = sources.OwnMessageID(p.opts.MessageID, schemas.CleanMessageID(all[:at.messageID]))
	p.ev.Recipient = schemas.CleanRecipient(all[at.messageID:at.recipient])
	p.ev.Account = schemas.CleanAccount(all[at.recipient:at.account])
	if !isMessageID(p.ev.MessageID) || !isRecipient(p.ev.Recipient) {
		return BadToken
	}
	return ""
}

// takeMatch decodes the texts of a match into p.texts.
func (p *Parser) takeMatch(m *match) (at ends, rule string) {
	var ok1, ok2, ok3, ok bool
	at.messageID, ok1 = p.decode(m.messageID, false)
	at.recipient, ok2 = p.decode(m.recipient, false)
	at.account, ok3 = p.decode(m.account, false)
	if !ok1 || !ok2 || !ok3 || !isClean(p.texts[:at.account]) {
		return at, BadToken
	}
	if _, ok = p.decode(m.link, m.linkQuery); !ok { // the hit is one all the same, and the link only evidence
		p.texts = append(p.texts[:at.account], m.link...)
	}
	at.link = p.endLink(at.account)
	return at, ""
}

// endLink cuts the last text, the link, at its limit, and returns where it ends.
func (p *Parser) endLink(start int) int {
	p.texts = p.texts[:start+texts.CutAt(p.texts[start:], schemas.MaxText)]
	return len(p.texts)
}

// decode appends a percent-encoded text (RFC 3986, 2.1) to p.texts, decoded
// once, and returns where it ends.
func (p *Parser) decode(b []byte, plusIsSpace bool) (end int, ok bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '+' && plusIsSpace:
			c = ' '
		case c == '%':
			if i+2 >= len(b) {
				return len(p.texts), false
			}
			if c, ok = hexByte(b[i+1], b[i+2]); !ok {
				return len(p.texts), false
			}
			i += 2
		}
		p.texts = append(p.texts, c)
	}
	return len(p.texts), true
}

// add appends a text, cut at its limit, and returns where it ends.
func (p *Parser) add(b []byte) int {
	p.texts = append(p.texts, b[:texts.CutAt(b, schemas.MaxText)]...)
	return len(p.texts)
}

// isMessageID reports whether s can be a message id: not nothing, and no step
// through directories.
func isMessageID(s string) bool { return s != "" && s != "." && s != ".." }

// isRecipient reports whether s can be an address, or is none at all. It is
// lenient: what an MTA took is an address, and what none took matches nothing.
func isRecipient(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return s == "" || (at > 0 && at < len(s)-1)
}

// isClean reports whether b is UTF-8 without control characters.
func isClean(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(b)
}
