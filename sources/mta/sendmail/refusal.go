package sendmail

import (
	"bytes"
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// refusedRecipient: a recipient does not exist here.
//
//	<ADDRESS>... WORDS
func (p *Parser) refusedRecipient(id, s []byte) sources.Result {
	text := mta.OwnCopy(s)
	to, words, ok := strings.Cut(text, ">... ")
	if !ok {
		return mta.Unparsed
	}
	if strings.HasPrefix(words, "Possible SMTP RCPT flood") {
		return mta.Ignored(RuleConnection)
	}
	return p.refuse(id, bare(to+">"), words)
}

// ruleset: a rule set of the configuration has judged.
//
//	ruleset=check_rcpt, arg1=<ADDRESS>[, arg2=…], relay=NAME [ADDRESS], reject=REPLY
//	ruleset=…, arg1=…[, arg2=…], relay=NAME [ADDRESS], {reject=REPLY|discard|quarantine=WORDS}
func (p *Parser) ruleset(id, s []byte) sources.Result {
	text := mta.OwnCopy(s)
	set, rest, ok := strings.Cut(text, ", arg1=")
	if !ok {
		return mta.Ignored(RuleRejectWithoutRecipient)
	}
	if set == "check_rcpt" {
		if to, rest, ok := scan.Angle(rest); ok {
			if _, words, ok := strings.Cut(rest, ", reject="); ok {
				return p.refuse(id, bare(to), words)
			}
		}
	}
	switch i := strings.LastIndex(rest, ", "); {
	case i >= 0 && rest[i:] == ", discard":
		return mta.Ignored(RuleDiscarded)
	case i >= 0 && strings.HasPrefix(rest[i:], ", quarantine=") && id != nil:
		p.set(p.at(id), flagQuarantine)
		return mta.Context
	}
	return mta.Ignored(RuleRejectWithoutRecipient)
}

// milter: a mail filter has judged.
//
//	Milter: to=<ADDRESS>, reject=REPLY
//	Milter: data, reject=REPLY
//	milter=NAME, quarantine=WORDS
func (p *Parser) milter(id, s []byte) sources.Result {
	if id != nil && scan.Begins(s, "milter=") && bytes.Contains(s, []byte(", quarantine=")) {
		p.set(p.at(id), flagQuarantine)
		return mta.Context
	}
	rest, ok := scan.After(s, "Milter: to=")
	if !ok {
		return mta.Ignored(RuleMilter)
	}
	to, reject, ok := scan.Angle(mta.OwnCopy(rest))
	if !ok {
		return mta.Unparsed
	}
	if words, ok := scan.After(reject, ", reject="); ok {
		return p.refuse(id, bare(to), words)
	}
	return mta.Ignored(RuleMilter)
}

// refuse says that a recipient was not taken. What message it is of is said
// later, if it is of any.
func (p *Parser) refuse(id []byte, recipient, words string) sources.Result {
	if id == nil {
		p.blank(schemas.Refused)
		p.refusal(recipient, words)
		return p.send()
	}
	e := p.at(id)
	if e.Message.messageID != "" {
		p.about(e, schemas.Refused, string(id))
		p.refusal(recipient, words)
		return p.send()
	}
	p.blank(schemas.Refused)
	p.event.QueueID = string(id)
	p.refusal(recipient, words)
	p.sendTo(p.hold)
	return mta.Context
}

func (p *Parser) hold(e *schemas.Event) { p.held.Hold(e, 0, p.clock.Steady(), p.release) }

// releaseHeld hands out what waited for the message's name, and what the line
// says of its sender.
func (p *Parser) releaseHeld(e *entry, id []byte) {
	q := e.Queue()
	p.held.Release(func(_ int64, ev *schemas.Event) bool {
		return ev.QueueID == string(id) && ev.Host == q.Host.Name
	}, func(ev *schemas.Event) {
		if e.Message.messageID != "" {
			ev.MessageID = e.Message.messageID
		}
		ev.Sender, ev.Account = e.Message.sender, e.Message.account
		p.handOut(ev)
	})
}

// refusal fills in what was said to the client.
func (p *Parser) refusal(recipient, words string) {
	e := &p.event
	e.Recipient, e.Command, e.Reply = recipient, "RCPT", words
	e.Code = reply.Code(words)
	if e.Code != 0 && len(words) > len("550 ") {
		e.Enhanced = reply.Enhanced(words[len("550 "):])
	}
	e.Reason = reply.RefusalReason(e.Code, e.Enhanced)
}
