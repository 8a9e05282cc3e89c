package postfix

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	smtp "mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// A refusal is a client that was told no:
//
//	STAGE from CLIENT: [CODE ][ENHANCED ]WORDS; from=<sender>[,] to=<recipient>[,] proto=…[,] helo=<…>[: WORDS]
//
// where STAGE is an SMTP command or, in what header and body checks say, the
// offending line. Only those have their words at the end.
type refusal struct {
	stage, words string
	trailer
}

// noQueue reads a line about a message that never got a queue id.
func (p *Parser) noQueue(s []byte) sources.Result {
	for _, verb := range [...]string{"reject: ", "milter-reject: ", "proxy-reject: "} {
		if rest, ok := scan.After(s, verb); ok {
			return p.refuse(nil, rest)
		}
	}
	if rest, ok := scan.After(s, "proxy-accept: "); ok {
		return p.passed(rest)
	}
	if rule := match(passing, s); rule != "" {
		return mta.Ignored(rule)
	}
	return p.aside(nil, s)
}

// passing are what is said of mail that a filter sees before there is a queue id.
var passing = []phrase{
	{"client=", RuleConnect},
	{"abort: TLS from ", RuleTLS},
}

// refuse reads a refusal, of a recipient or of a whole message. id is nil when
// there is no queue id.
func (p *Parser) refuse(id, s []byte) sources.Result {
	r, ok := parseRefusal(mta.OwnCopy(s))
	if !ok {
		return mta.Unparsed
	}
	if r.ofLocal() {
		return mta.Context
	}
	e := p.refused(id, &r)
	named := e != nil && e.Message.messageID != ""
	if e != nil && e.Message.flags&flagNotification != 0 {
		return mta.Ignored(RuleNotification)
	}
	if r.recipient == "" && !named {
		return mta.Ignored(RuleRejectWithoutRecipient)
	}
	if named {
		p.about(e, schemas.Refused, string(id))
	} else {
		// Refused before the message came: all that names it is this.
		p.blank(schemas.Refused)
		p.event.QueueID = string(id)
	}
	r.fill(&p.event)
	if p.event.Account == "" {
		user := r.saslUser
		if user == "" && e != nil {
			user = e.Message.saslUser
		}
		p.event.Account = p.options.AccountOf(p.event.Sender, user)
	}
	if !named && e != nil {
		p.sendTo(p.hold)
		return mta.Context
	}
	return p.send()
}

// refused returns what is known of the queue id, and ends it when the whole
// message was refused: no "removed" follows then.
func (p *Parser) refused(id []byte, r *refusal) *entry {
	if id == nil {
		return nil
	}
	e := p.table.find(p.queue(), id, p.rec.service)
	if e != nil && (r.atEnd() || r.inContent()) {
		p.table.Retire(e)
	}
	return e
}

func (r *refusal) atEnd() bool { return r.stage == "END-OF-MESSAGE" }

// inContent reports whether a header or body check refused: their stage is text
// in lower case.
func (r *refusal) inContent() bool {
	return r.stage != "" && r.stage[0] >= 'a' && r.stage[0] <= 'z'
}

// ofLocal reports whether the message was a local program's, which is not told:
// the message is taken and then bounced, recipient by recipient.
func (r *refusal) ofLocal() bool { return r.inContent() && strings.HasSuffix(r.stage, " from local") }

func parseRefusal(s string) (r refusal, ok bool) {
	if r.stage = s[:stageLen(s)]; r.stage == "" {
		return r, false
	}
	if r.inContent() {
		return r, r.parseContent(s)
	}
	_, rest, ok := strings.Cut(s, ": ")
	if !ok {
		return r, false
	}
	r.words, _, _ = r.cut(rest, false)
	return r, true
}

// parseContent reads what a header or body check says: the text that it checked
// comes first and can hold anything.
func (r *refusal) parseContent(s string) (ok bool) {
	var rest string
	if r.stage, rest, ok = r.cut(s, true); !ok {
		return false
	}
	if r.words, ok = strings.CutPrefix(rest, ": "); !ok && scan.Begins(r.stage, "mime-error ") {
		r.words, _, _ = strings.Cut(r.stage, ": ")
	}
	return true
}

// stageLen returns the length of the word that s begins with.
func stageLen(s string) int {
	n := 0
	for n < len(s) && s[n] != ' ' && s[n] != ':' {
		n++
	}
	return n
}

// fill says it in an event.
func (r *refusal) fill(e *schemas.Event) {
	e.Recipient = schemas.CleanRecipient(r.recipient)
	if r.hasSender {
		e.Sender = r.sender
		if r.sender == "" {
			e.Sender = mta.NullSender
		}
	}
	if !r.inContent() {
		e.Command = r.stage
	}
	e.Reply = r.words
	e.Code = smtp.Code(r.words)
	words := r.words
	if e.Code != 0 {
		words = strings.TrimPrefix(words[3:], " ")
	}
	e.Enhanced = smtp.Enhanced(words)
	e.Reason = smtp.RefusalReason(e.Code, e.Enhanced)
}

func allDigits[T scan.Text](s T) bool {
	_, rest, ok := scan.Number(s)
	return ok && len(rest) == 0
}
