package postfix

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	smtp "mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// A delivery is what an agent says of one recipient:
//
//	to=<recipient>[, orig_to=<recipient>], relay=…[, conn_use=N], delay=…, delays=a/b/c/d[, tls=…], dsn=x.y.z, status=STATUS (reason)
type delivery struct {
	to, origTo, relay, dsn string
	status, reason         string
}

// delivery reads a line that says what became of one recipient.
func (p *Parser) delivery(id []byte) sources.Result {
	// What is read outlives the line: one copy, of which all fields are parts.
	s := mta.OwnCopy(p.rec.Text)
	own := s[:len(id)]
	d, ok := parseDelivery(s[len(id)+len(": "):])
	if !ok {
		return mta.Unparsed
	}
	kind, rule := kindOf(d.status)
	if kind == schemas.KindNone && rule == "" {
		return mta.Unparsed
	}
	e := p.at(id, never)
	switch {
	case e.Message.flags&flagNotification != 0 && rule == "":
		rule = RuleNotification
	case p.rec.daemon == discard && kind == schemas.Delivered:
		rule = RuleDiscarded
	}
	if rule != "" {
		return mta.Ignored(rule)
	}
	p.about(e, kind, own)
	d.fill(&p.event)
	p.event.Recipient = e.Message.aliases.written(p.event.Recipient)
	if p.event.NextQueueID != "" {
		p.handOn(e, &d)
	}
	return p.send()
}

// kindOf tells what a status means; a rule when it is about no message.
func kindOf(status string) (kind schemas.Kind, rule string) {
	switch status {
	case "sent":
		return schemas.Delivered, ""
	case "deferred", "SOFTBOUNCE":
		return schemas.Deferred, ""
	case "bounced":
		return schemas.Bounced, ""
	case "expired", "force-expired":
		return schemas.Expired, ""
	case "deliverable", "undeliverable":
		return schemas.KindNone, RuleProbe
	}
	return schemas.KindNone, ""
}

// maxFields is how many fields may stand between the recipient and the status.
const maxFields = 24

func parseDelivery(s string) (d delivery, ok bool) {
	if d.to, s, ok = scan.Angle(s[len("to="):]); !ok {
		return d, false
	}
	if rest, found := strings.CutPrefix(s, ", orig_to="); found {
		if d.origTo, s, ok = scan.Angle(rest); !ok {
			return d, false
		}
	}
	for range maxFields {
		if s, ok = strings.CutPrefix(s, ", "); !ok {
			return d, false
		}
		if rest, found := strings.CutPrefix(s, "status="); found {
			d.status, d.reason = parseStatus(rest)
			return d, true
		}
		var field string
		if field, s, ok = cutField(s); !ok {
			return d, false
		}
		switch {
		case strings.HasPrefix(field, "relay="):
			d.relay = field[len("relay="):]
		case strings.HasPrefix(field, "dsn="):
			d.dsn = field[len("dsn="):]
		}
	}
	return d, false
}

// cutField cuts off what stands in front of the next ", ".
func cutField(s string) (field, rest string, ok bool) {
	for i := 0; ; i++ {
		comma := strings.IndexByte(s[i:], ',')
		if comma < 0 {
			return "", s, false
		}
		if i += comma; strings.HasPrefix(s[i:], ", ") {
			return s[:i], s[i:], true
		}
	}
}

// parseStatus reads "STATUS (reason)". The reason runs to the last bracket: what
// the remote server said in it may hold any others.
func parseStatus(s string) (status, reason string) {
	status, reason, _ = strings.Cut(s, " ")
	reason = strings.TrimPrefix(reason, "(")
	if i := strings.LastIndexByte(reason, ')'); i >= 0 {
		reason = reason[:i]
	}
	return status, reason
}

// fill says it in an event.
func (d *delivery) fill(e *schemas.Event) {
	to := d.to
	if d.origTo != "" {
		to = d.origTo
	}
	e.Recipient = schemas.CleanRecipient(to)
	e.Enhanced = d.dsn
	if d.relay != "none" {
		e.Relay = d.relay
	}
	r := parseReply(d.reason)
	e.Code, e.Reply, e.Command = r.code, r.text, r.command
	if e.Kind == schemas.Delivered {
		e.NextQueueID = nextQueueID(r.text)
	}
}

// nextQueueID reads under which id the message goes on: what a server says, or
// local(8), which puts mail for the addresses of an alias into our own queue.
//
//	250 2.0.0 Ok: queued as QUEUEID
//	forwarded as QUEUEID
func nextQueueID(words string) string {
	if id, ok := strings.CutPrefix(words, "forwarded as "); ok && queueIDLen(id) == len(id) {
		return id
	}
	return smtp.QueuedAs(words)
}
