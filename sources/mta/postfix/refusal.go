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
	stage, words      string
	sender, recipient string
	hasSender         bool
	saslUser          string
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
	end := r.parseTrailer(rest)
	r.words = rest[:end]
	return r, true
}

// parseContent reads what a header or body check says: the text that it checked
// comes first and can hold anything, so the fields are the last that look so.
func (r *refusal) parseContent(s string) bool {
	i := strings.LastIndex(s, "; from=<")
	if i < 0 {
		return false
	}
	r.stage = s[:i]
	rest := r.parseFields(s[i+len("; "):])
	if j := strings.LastIndex(rest, ">: "); j >= 0 {
		r.words = rest[j+len(">: "):]
	} else if j := strings.LastIndex(rest, ": "); j >= 0 {
		r.words = rest[j+len(": "):]
	} else if scan.Begins(r.stage, "mime-error ") {
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

// parseTrailer finds the fields behind the words and returns where the words
// end. Words in angle brackets are skipped: they are addresses, and those of
// strangers. Where the words begin with the recipient's address, only fields with
// that recipient are taken, for what a remote server said of an address can follow
// (reject_unverified_recipient).
func (r *refusal) parseTrailer(s string) int {
	about := addressAhead(s)
	end := len(s)
	addresses := true // there may be more
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '<':
			if !addresses {
				continue
			}
			var rest string
			if _, rest, addresses = scan.Angle(s[i:]); addresses {
				i = len(s) - len(rest) - 1
			}
		case ';':
			if !scan.Begins(s[i:], "; from=<") && !scan.Begins(s[i:], "; to=<") && !scan.Begins(s[i:], "; proto=") {
				continue
			}
			f := refusal{stage: r.stage}
			f.parseFields(s[i+len("; "):])
			fits := about == "" || f.recipient == about
			if fits || end == len(s) {
				*r, end = f, i
			}
			if fits {
				return end
			}
		}
	}
	return end
}

// addressAhead returns the recipient's address that words begin with:
//
//	[CODE ][ENHANCED ]<recipient>: Recipient address rejected: WORDS
func addressAhead(s string) string {
	if smtp.Code(s) != 0 {
		s = strings.TrimPrefix(s[len("550"):], " ")
	}
	if code := smtp.Enhanced(s); code != "" {
		s = strings.TrimPrefix(s[len(code):], " ")
	}
	address, rest, ok := scan.Angle(s)
	if !ok || !scan.Begins(rest, ": Recipient address ") {
		return ""
	}
	return address
}

// parseFields reads from=<sender> to=<recipient>, with or without commas, and
// returns the rest.
func (r *refusal) parseFields(s string) string {
	if rest, ok := strings.CutPrefix(s, "from="); ok {
		if r.sender, rest, r.hasSender = scan.Angle(rest); r.hasSender {
			s = nextField(rest)
		}
	}
	if rest, ok := strings.CutPrefix(s, "to="); ok {
		if to, rest, ok := scan.Angle(rest); ok {
			r.recipient, s = to, nextField(rest)
		}
	}
	r.saslUser = strings.Trim(field(s, "sasl_username="), "<>")
	return s
}

func nextField(s string) string {
	return strings.TrimPrefix(strings.TrimPrefix(s, ","), " ")
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
