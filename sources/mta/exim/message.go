package exim

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// message reads a line about a message but for those that begin with a mark.
func (p *Parser) message(s []byte) sources.Result {
	if len(s) > 2 && s[1] == '=' && (s[0] == 'H' || s[0] == 'F' || s[0] == 'U') {
		return p.client(s)
	}
	if completed(s) {
		return p.completed()
	}
	if rest, ok := scan.After(bytes.TrimPrefix(s, []byte("temporarily ")), "rejected "); ok {
		var f fields
		return p.refuse(&f, rest)
	}
	if scan.Begins(s, "cancelled by ") {
		return p.ended(schemas.Expired, nil)
	}
	if scan.Begins(s, "removed by ") {
		return p.ended(schemas.Cancelled, nil)
	}
	if rest, ok := scan.After(s, "address <"); ok && bytes.Contains(rest, []byte("> marked delivered by ")) {
		return p.ended(schemas.Cancelled, angle(s[len("address "):]))
	}
	if rule := asides.match(s); rule != "" {
		return mta.Ignored(rule)
	}
	if rule := anywhere.match(s); rule != "" {
		return mta.Ignored(rule)
	}
	return mta.Unparsed
}

// completed reads "Completed", with the message's time in the queue where that is
// logged: "Completed QT=3s".
func completed(s []byte) bool {
	rest, ok := scan.After(s, "Completed")
	return ok && (len(rest) == 0 || rest[0] == ' ')
}

// completed: the message is no longer in the queue.
func (p *Parser) completed() sources.Result {
	if e := p.table.Find(p.queue(), p.rec.id); e != nil {
		p.releaseNamed(e) // of a message whose arrival the log does not show
		p.table.Retire(e)
	}
	return mta.Context
}

// ended: a person has taken a message or one recipient out of the queue; the first
// way, its sender is told of all recipients that it still had.
//
//	cancelled by root
//	removed by root
//	address <recipient> marked delivered by root
func (p *Parser) ended(kind schemas.Kind, recipient []byte) sources.Result {
	e := p.entry()
	if e.Message.notification {
		return mta.Ignored(RuleNotification)
	}
	p.about(e, kind)
	p.texts.Add(&p.event.Recipient, recipient[:min(len(recipient), schemas.MaxRecipient)])
	p.texts.Add(&p.event.Reply, p.rec.text)
	return p.send()
}

// asides are what is said of a message beside its way.
var asides = newPhrases([]phrase{
	{"no immediate delivery: ", RuleQueued},
	{"no recipients found", RuleProtocol},
	{"Message is frozen", RuleFrozen},
	{"Frozen", RuleFrozen}, // Frozen (delivery error message)
	{"*** Frozen", RuleFrozen},
	{"Unfrozen", RuleFrozen},
	{"frozen by ", RuleFrozen},
	{"unfrozen by ", RuleFrozen},
	{"Spool file is locked", RuleSkipped},
	{"Spool file ", RuleWarning},
	{"Format error in spool file", RuleWarning},
	{"spool file ", RuleWarning},
	{"locked by another process", RuleSkipped},
	{"address <", RuleAdmin},
	{"recipient <", RuleAdmin}, // recipient <…> added by root
	{"all addresses marked delivered by ", RuleAdmin},
	{"sender changed to ", RuleAdmin},
	{"sender address changed ", RuleAdmin},
	{"body edited by ", RuleAdmin},
	{"message moved to queue ", RuleAdmin},
	{"error message sent to ", RuleNotification},
	{"Error message ", RuleNotification},
	{"errors address ", RuleNotification},
	{"failed to send ", RuleNotification},
	{"DKIM: ", RuleCheck},
	{"PDKIM: ", RuleCheck},
	{"DMARC ", RuleCheck},
	{"SPF ", RuleCheck},
	{"ARC: ", RuleCheck},
	{"malware acl condition: ", RuleCheck},
	{"spam acl condition: ", RuleCheck},
	{"Message abandoned: ", RuleProtocol},
	{"User ", RuleWarning}, // User 0 set for local_delivery transport is on the never_users list
	{"original recipients ignored", RuleAction},
	{"discarded by ", RuleDiscarded},
}...)
