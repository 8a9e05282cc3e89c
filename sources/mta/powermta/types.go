package powermta

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/feedback"
	"mailfate/sources/mta"
	"mailfate/sources/mta/reply"
)

// byType reads a record by its type (User's Guide, 11.2.2 to 11.2.8).
func (p *Parser) byType() sources.Result {
	v := &p.rec
	switch string(v.value(recordType)) {
	case "d":
		if string(v.value(dlvType)) == "discard" {
			return mta.Ignored(RuleDiscarded)
		}
		return p.transport(schemas.Delivered, p.sentTo())
	case "b":
		switch {
		case string(v.value(bounceCat)) == "message-expired":
			return p.transport(schemas.Expired, p.sentTo())
		case v.deleted():
			return p.transport(schemas.Cancelled, p.sentTo())
		}
		return p.transport(schemas.Bounced, p.sentTo())
	case "t":
		return p.transport(schemas.Deferred, p.sentTo())
	case "r":
		return p.transport(schemas.Queued, p.sentTo())
	case "rb":
		return p.transport(schemas.BouncedLater, p.reported())
	case "rs":
		return p.transport(statusKind(v.value(dsnAction)), p.reported())
	case "f":
		return p.feedback()
	case "tq":
		return mta.Ignored(RuleQueue)
	}
	return mta.Malformed(UnknownType)
}

// deleted reports whether a person has taken the recipient out of the queue (User's
// Guide, 6.3.22, pmta delete): it is "marked in the accounting file as deleted by
// administrator", in a column that the guide does not name. A server may say so too:
// then it has a name, and what it says a code.
func (r *record) deleted() bool {
	diag := withoutType(r.value(dsnDiag))
	server := r.value(dsnMta)
	if len(server) > 0 || server == nil && reply.Code(diag) != 0 {
		return false
	}
	const mark = "eleted by administrator" // whether or not it begins a sentence
	return bytes.Contains(diag, []byte(mark)) || bytes.Contains(r.value(dsnStatus), []byte(mark))
}

// statusKind is what a remote status report says (RFC 3464, 2.3.3). One of
// failures is an rb record, unless PowerMTA could not tell.
func statusKind(action []byte) schemas.Kind {
	switch string(action) {
	case "failed":
		return schemas.BouncedLater
	case "delayed":
		return schemas.Deferred
	}
	return schemas.Delivered // delivered, relayed, expanded
}

// sentTo is whom PowerMTA was told to deliver to.
func (p *Parser) sentTo() []byte {
	if to := p.rec.value(rcpt); len(to) > 0 {
		return to
	}
	return address(p.rec.value(orcpt))
}

// reported is whom a report is about: the address that the sender wrote, where
// the report says it.
func (p *Parser) reported() []byte {
	if to := address(p.rec.value(orcpt)); len(to) > 0 {
		return to
	}
	return p.rec.value(rcpt)
}

// transport says what became of a message.
func (p *Parser) transport(kind schemas.Kind, to []byte) sources.Result {
	if len(to) == 0 && !mta.HasMessageID(p.rec.value(messageID)) {
		return mta.Malformed(NoRecipient)
	}
	p.event.Kind = kind
	p.addIdentity(to)
	p.addEnvelope()
	p.addReply()
	return p.send()
}

// feedback says what a feedback loop reported. Hotmail's reports have the
// recipient in a header alone (12.7.1). A report of no type is of the kind that
// feedback loops are for: a complaint.
func (p *Parser) feedback() sources.Result {
	v, ev := &p.rec, &p.event
	ev.Kind = schemas.Complained
	if what := v.value(feedbackType); len(what) > 0 {
		ev.Kind, ev.Reason, ev.Reply = feedback.KindOf(string(what))
	}
	to := v.value(rcpt)
	if len(to) == 0 {
		to = v.value(hotmailRecipient)
	}
	p.addIdentity([]byte(feedback.Recipient(string(to))))
	p.addEnvelope()
	p.texts.Add(&ev.Relay, v.value(reportingMta))
	if ev.Kind.Stage() == schemas.StageFeedback { // of an unsubscription it would be the reader's
		p.texts.Add(&ev.UserAgent, v.value(userAgent))
	}
	p.texts.Add(&ev.IP, v.value(arfSourceIP))
	return p.send()
}
