package sendmail

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/reply"
)

// A delivery is what became of some recipients:
//
//	to=ADDRESS[,ADDRESS…][, [more]][, ctladdr=ADDRESS (uid/gid)], delay=…[, xdelay=…][, mailer=…][, pri=N][, relay=…][, dsn=x.y.z][, reply=REPLY], stat=STATUS
type delivery struct {
	to            []string // reused
	owner         string   // ctladdr
	tried         bool     // it has an xdelay
	mailer, relay string
	dsn           string
	reply, status string
	kind          schemas.Kind
}

const (
	// maxFields is how many fields may stand between the recipients and the status.
	maxFields = 24
	// maxTo is how many recipients one line may have; sendmail itself cuts it
	// at a thousand bytes.
	maxTo = 512
)

// delivery reads a to= line.
func (p *Parser) delivery(id []byte) sources.Result {
	// What is read outlives the line: one copy, of which all fields are parts.
	own := mta.OwnCopy(p.rec.text)
	name, d := own[:len(id)], &p.to
	if !d.parse(own[len(id)+len(": to="):]) {
		return mta.Unparsed
	}
	e := p.at(id)
	rule := d.judge(&e.Message)
	switch {
	case rule != "":
		return mta.Ignored(rule)
	case d.kind == schemas.KindNone:
		return mta.Unparsed
	}
	p.about(e, d.kind, name)
	d.fill(&p.event)
	for _, to := range d.to {
		p.event.Recipient = d.recipient(to, &e.Message)
		p.send()
	}
	return mta.Events
}

// parse takes the line apart, and reports whether it could.
func (d *delivery) parse(s string) bool {
	*d = delivery{to: d.to[:0]}
	for {
		if len(d.to) == maxTo {
			return false
		}
		address, rest := cutAddress(s)
		d.to = append(d.to, address)
		s = strings.TrimPrefix(rest, ", [more]")
		if !strings.HasPrefix(s, ",") || strings.HasPrefix(s, ", ") {
			break
		}
		s = s[1:]
	}
	for range maxFields {
		key, rest, ok := strings.Cut(strings.TrimPrefix(s, ", "), "=")
		if !ok {
			return false
		}
		switch key {
		case "stat":
			d.status = rest
			return true
		case "reply":
			d.reply, d.status, ok = cutReply(rest)
			return ok
		}
		if s, ok = d.field(key, rest); !ok {
			return false
		}
	}
	return false
}

// field takes in one field, and returns what follows it.
func (d *delivery) field(key, s string) (rest string, ok bool) {
	if key == "ctladdr" {
		d.owner, s = cutAddress(s)
		d.owner, _, _ = strings.Cut(d.owner, " (")
	}
	end := strings.Index(s, ", ")
	if end < 0 {
		return s, false
	}
	value := s[:end]
	switch key {
	case "xdelay":
		d.tried = true
	case "mailer":
		d.mailer = value
	case "relay":
		d.relay = value
	case "dsn":
		d.dsn = value
	} // others come and go with versions
	return s[end:], true
}

// maxAddress is how far an address reaches at most, quotes and brackets included.
const maxAddress = 2048

// cutAddress reads one address of a list: <a@b>, a@b, NAME <a@b>, "|program". A
// comma in quotes or brackets does not end it, unless they never end.
func cutAddress(s string) (address, rest string) {
	quoted, open := false, false
	for i := 0; i < min(len(s), maxAddress); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<':
			open = true
		case c == '>':
			open = false
		case c == ',' && !open:
			return s[:i], s[i:]
		}
	}
	if i := strings.IndexByte(s, ','); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// cutReply reads "REPLY, stat=STATUS", where the status often repeats the reply,
// which can hold anything: the words are cut where both halves agree, else at the
// last place that they can be.
func cutReply(s string) (text, status string, ok bool) {
	const key = ", stat="
	if half := (len(s) - len(key+deferred)) / 2; half > 0 {
		if text, status := s[:half], s[half:]; status[:len(key+deferred)] == key+deferred && status[len(key+deferred):] == text {
			return text, status[len(key):], true
		}
	}
	i := strings.LastIndex(s, key)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(key):], true
}

// deferred is how the status of one that will be tried again begins, in front of why.
const deferred = "Deferred: "

// recipient is the address that the sender wrote, as far as the log tells: of a
// program or a file, and of a person's own forwarding, whose it is.
func (d *delivery) recipient(to string, m *message) string {
	if d.owner != "" && (isCommand(to) || d.forwards(m)) {
		return m.written(bare(d.owner))
	}
	return m.written(bare(to))
}

func isCommand(to string) bool {
	to = strings.TrimPrefix(to, `"`)
	return strings.HasPrefix(to, "|") || strings.HasPrefix(to, "/") || strings.HasPrefix(to, ":include:")
}

// forwards reports whether the owner of the address is a recipient: the sender's
// is in the same field.
func (d *delivery) forwards(m *message) bool {
	return m.is(flagOrigin) && !m.is(flagClone) && bare(d.owner) != bare(m.sender)
}

// fill says it in an event.
func (d *delivery) fill(e *schemas.Event) {
	e.Relay, e.Enhanced = d.relay, d.dsn
	e.Reply = d.words()
	if d.mailer != "" && !ownWords(e.Reply) {
		e.Code = reply.Code(e.Reply)
	}
	if e.Kind == schemas.Delivered {
		e.NextQueueID = nextQueueID(e.Reply)
	}
}
