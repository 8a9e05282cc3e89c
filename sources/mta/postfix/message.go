package postfix

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta/scan"
)

// message reads a line about a queue id: what follows "QUEUEID: ".
func (p *Parser) message(id, s []byte) sources.Result {
	if len(s) == 0 {
		return unparsed
	}
	switch s[0] {
	case 't':
		if scan.Begins(s, "to=<") {
			return p.delivery()
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
		if rest, ok := scan.After(s, "milter-reject: "); ok {
			return p.refuse(id, rest)
		}
	case 'r':
		if string(s) == "removed" {
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
	return p.aside(s)
}

// asides are what is said of a message beside its way.
var asides = []phrase{
	{"skipped, still being delivered", RuleSkipped},
	{"warning: ", RuleAction}, // warning: header Subject: … from …
	{"reject_warning: ", RuleRejectWarning},
	{"warn: ", RuleAction},
	{"info: ", RuleAction},
	{"hold: ", RuleAction},
	{"discard: ", RuleAction},
	{"redirect: ", RuleAction},
	{"filter: ", RuleAction},
	{"replace: ", RuleAction},
	{"prepend: ", RuleAction},
	{"permit: ", RuleAction},
	{"strip: ", RuleAction},
	{"delay: ", RuleAction},
	{"bcc: ", RuleAction},
	{"trigger: ", RuleAction},
	{"milter-hold: ", RuleAction},
	{"milter-discard: ", RuleAction},
	{"milter-header-", RuleAction},
	{"milter-quarantine: ", RuleAction},
	{"proxy-accept: ", RuleAction},
	{"placed on hold", RuleAdmin},
	{"released from hold", RuleAdmin},
	{"requeued", RuleAdmin},
	{"expired", RuleAdmin},
	{"force-expired", RuleAdmin},
}

// attempts are what delivery agents say of one server of several.
var attempts = []phrase{
	{"host ", RuleAttempt},
	{"lost connection with ", RuleAttempt},
	{"conversation with ", RuleAttempt},
	{"connect to ", RuleAttempt},
	{"enabling PIX ", RuleAttempt},
	{"Cannot start TLS", RuleAttempt},
	{"TLS is required", RuleAttempt},
	{"Server certificate not ", RuleAttempt},
	{"Host or domain name not found", RuleAttempt},
	{"breaking line ", RuleAttempt},
	{"server certificate verification failed", RuleTLS},
	{"no shared cipher", RuleTLS},
}

func (p *Parser) aside(s []byte) sources.Result {
	if rule := match(asides, s); rule != "" {
		return ignored(rule)
	}
	if p.rec.daemon == delivering {
		if rule := match(attempts, s); rule != "" {
			return ignored(rule)
		}
	}
	return unparsed
}

// client: a client begins to hand a message over.
//
//	client=host[address][, orig_queue_id=…][, orig_client=…][, sasl_method=…, sasl_username=…]
func (p *Parser) client(id, s []byte) sources.Result {
	e := p.at(id, begun)
	p.table.set(e, flagOrigin)
	if user := saslUser(s); len(user) > 0 {
		e.Message.saslUser = string(clip(user))
		p.setAccount(e)
	}
	return contextual
}

// saslUser reads sasl_username=NAME, which runs to the next field or the end.
func saslUser[T scan.Text](s T) T {
	const key = "sasl_username="
	for i := 0; i+len(key) <= len(s); i++ {
		if s[i] == 's' && scan.Begins(s[i:], key) {
			s = s[i+len(key):]
			for j := range len(s) {
				if s[j] == ',' || s[j] == ' ' {
					return s[:j]
				}
			}
			return s
		}
	}
	return s[:0]
}

// pickup: a local program has left a message.
//
//	uid=0 from=<sender>[ orig_id=QUEUEID]
func (p *Parser) pickup(id, s []byte) sources.Result {
	e := p.at(id, begun)
	p.table.set(e, flagOrigin)
	if i := bytes.Index(s, []byte(" from=<")); i >= 0 {
		if sender, _, ok := scan.Angle(s[i+len(" from="):]); ok {
			p.setSender(e, sender)
		}
	}
	return contextual
}

// messageID: cleanup has seen the header, or says that there is none.
//
//	message-id=<id@domain>
//	resent-message-id=<id@domain>
func (p *Parser) messageID(id, s []byte, resent bool) sources.Result {
	e := p.at(id, active)
	known := e.Message.messageID != ""
	if known && (resent || e.Message.flags&flagResent == 0) {
		return contextual // the first counts, and a Message-ID before a Resent-Message-ID
	}
	mid := schemas.CleanMessageID(string(insideAngles(s)))
	if mid != "" && p.options.MessageID != nil {
		if taken := p.options.MessageID(mid); taken != "" {
			mid = schemas.CleanMessageID(taken)
		}
	}
	if mid == "" {
		return contextual
	}
	e.Message.messageID = mid
	e.Message.flags &^= flagResent | flagNamedHere
	if resent {
		e.Message.flags |= flagResent
	}
	if namedAfter(s, id) {
		e.Message.flags |= flagNamedHere
	}
	p.table.Mark(e)
	p.releaseNamed(e, id)
	return contextual
}

// namedAfter reports whether Postfix made the Message-ID, as it does where there
// is none: <YYYYMMDDhhmmss.QUEUEID@myhostname>, or without the date where queue
// ids are long and so unique for ever.
func namedAfter(s, id []byte) bool {
	const date = len("20061231235959.")
	s, ok := scan.After(s, "<")
	if !ok {
		return false
	}
	if len(s) > date && s[date-1] == '.' && allDigits(string(s[:date-1])) {
		s = s[date:]
	}
	s, ok = bytes.CutPrefix(s, id)
	return ok && len(s) > 0 && s[0] == '@'
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

// removed: the message is no longer in the queue.
func (p *Parser) removed(id []byte) sources.Result {
	if e := p.table.find(p.queue(), id, p.rec.service); e != nil {
		p.table.Retire(e)
	}
	return contextual
}

var notificationWords = []byte(" notification: ")

// notified: a mail about the message was made.
//
//	{sender|postmaster} {non-delivery|delay|delivery status} notification: QUEUEID
func (p *Parser) notified(s []byte) sources.Result {
	n := queueIDLen(s)
	if n == 0 || n != len(s) {
		return unparsed
	}
	p.table.set(p.at(s, never), flagNotification)
	return contextual
}

// clip bounds what is kept of a line.
func clip(b []byte) []byte { return b[:min(len(b), schemas.MaxText)] }
