package exim

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/scan"
)

// client reads a line about a client: fields, and what became of it.
//
//	H=… F=<sender> [temporarily ]rejected RCPT <recipient>: words
//	H=… F=<sender> [temporarily ]rejected after DATA: words
//	H=… Warning: words
func (p *Parser) client(s []byte) sources.Result {
	var f fields
	rest := f.read(s)
	if f.login != nil && (f.ident || bytes.Count(s, []byte(") [")) > 1) {
		f.login = nil // as likely of the client's own words: its user's name or its greeting
	}
	verdict := bytes.TrimPrefix(rest, []byte("temporarily "))
	if stage, ok := scan.After(verdict, "rejected "); ok {
		return p.refuse(&f, stage)
	}
	if rule := verdicts.match(bytes.TrimPrefix(rest, []byte(": "))); rule != "" {
		return mta.Ignored(rule)
	}
	if p.rec.id != nil && f.address != nil {
		return mta.Ignored(RuleAttempt) // of the delivery to that host
	}
	return mta.Unparsed
}

// verdicts are what is said of clients, other than a rejection.
var verdicts = newPhrases([]phrase{
	{"Warning: ", RuleAction},
	{"incomplete transaction ", RuleConnection},
	{"sender verify ", RuleVerify},
	{"RCPT <", RuleDiscarded}, // RCPT <…>: discarded by RCPT ACL
	{"MAIL <", RuleDiscarded},
	{"discarded ", RuleDiscarded},
	{"TLS error ", RuleTLS},
	{"TLS session", RuleTLS},
	{"DKIM", RuleCheck},
	{"SPF", RuleCheck},
	{"DMARC", RuleCheck},
	{"SMTP protocol ", RuleProtocol},
	{"SMTP syntax ", RuleProtocol},
	{"SMTP timeout ", RuleConnection},
	{"dropped", RuleConnection},
	{"closed connection", RuleConnection},
	{"no host name found", RuleVerify},
}...)

// A stage is when a client is told no, as Exim names it and as events do.
var stages = [...]struct{ exim, event string }{
	{"RCPT ", "RCPT"},
	{"MAIL ", "MAIL"},
	{"after DATA", "END-OF-MESSAGE"},
	{"during ", "END-OF-MESSAGE"}, // during MIME ACL checks
	{"DATA", "DATA"},
	{"by ", ""}, // by local_scan(), by non-SMTP ACL
	{"from ", "END-OF-MESSAGE"},
}

// refuse reads what follows "rejected": one recipient, or all of a message.
//
//	RCPT <recipient>: words
//	after DATA: words
//	from <sender> H=…: message too big: read=… max=…
//
// It is by a rule of the access control lists, whether the client may try again or
// not, hence a matter of policy: Exim does not log the code that the client got.
func (p *Parser) refuse(f *fields, s []byte) sources.Result {
	var command string
	rest := s
	for _, st := range stages {
		if after, ok := scan.After(s, st.exim); ok {
			command, rest = st.event, after
			break
		}
	}
	var recipient []byte
	switch {
	case command == "RCPT":
		recipient, rest = path(rest)
	case scan.Begins(s, "from <"):
		if f.sender, rest, f.hasSender = scan.Angle(rest); f.hasSender {
			rest = f.read(skipSpace(rest))
		}
	}
	if len(recipient) == 0 && p.rec.id == nil {
		return mta.Ignored(RuleRejectWithoutRecipient)
	}
	_, words, _ := bytes.Cut(rest, []byte(": "))
	return p.refused(f, command, recipient, words, schemas.Policy)
}

// path reads "<recipient> PARAMETERS" or "recipient", as the client wrote it.
func path(s []byte) (address, rest []byte) {
	if address, rest, ok := scan.Angle(s); ok {
		return address, rest
	}
	return cutValue(s)
}

// refused hands out a refusal. A message that is refused after its text has an
// id, and leaves no other line than this.
func (p *Parser) refused(f *fields, command string, recipient, words []byte, reason schemas.Reason) sources.Result {
	if p.rec.id == nil {
		p.blank(schemas.Refused)
	} else {
		e := p.entry()
		if len(recipient) == 0 {
			p.table.Retire(e)
		}
		if e.Message.notification {
			return mta.Ignored(RuleNotification)
		}
		p.about(e, schemas.Refused)
	}
	ev := &p.event
	ev.Command, ev.Reason = command, reason
	p.login = ""
	if f.hasSender {
		ev.Sender = mta.NullSender
		p.texts.Add(&ev.Sender, f.sender)
	}
	p.texts.Add(&p.login, f.login)
	p.texts.Add(&ev.Recipient, recipient[:min(len(recipient), schemas.MaxRecipient)])
	p.texts.AddReply(&ev.Reply, words)
	p.texts.Store()
	if ev.Account == "" {
		ev.Account = p.options.AccountOf(ev.Sender, p.login)
	}
	return p.send()
}

// unqualified: a recipient without a domain, or a sender.
//
//	unqualified {recipient|sender|verify} rejected: <address> H=…
func (p *Parser) unqualified(s []byte) sources.Result {
	rest, ok := scan.After(s, "recipient rejected: ")
	if !ok {
		return mta.Ignored(RuleProtocol)
	}
	recipient, rest := path(rest)
	if len(recipient) == 0 {
		return mta.Ignored(RuleProtocol)
	}
	var f fields
	f.read(skipSpace(rest))
	return p.refused(&f, "RCPT", recipient, nil, schemas.Syntax)
}
