package exim

import (
	"bytes"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	smtp "mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// A delivery is what a line says of one recipient:
//
//	=> TARGET FIELDS
//	** TARGET FIELDS: MESSAGE
//	== TARGET FIELDS [routing ]defer (ERRNO) FIELDS: MESSAGE
type delivery struct {
	target
	fields
	message []byte
}

// read reads what stands behind the mark.
func (d *delivery) read(s []byte) (ok bool) {
	var rest []byte
	d.target, rest, ok = readTarget(s)
	if !ok {
		return false
	}
	rest = d.fields.read(skipSpace(rest))
	if beginsDefer(rest) {
		_, rest, _ = bytes.Cut(rest, []byte{')'})
		rest = d.fields.read(skipSpace(rest))
	}
	message, said := scan.After(rest, ": ")
	if said {
		d.message = cutDuration(message)
	}
	return said || len(rest) == 0
}

// cutDuration cuts off what the log selector deliver_time adds to a message.
func cutDuration(s []byte) []byte {
	i := bytes.LastIndexByte(s, ' ')
	if i < 0 || !scan.Begins(s[i:], " DT=") || s[len(s)-1] != 's' {
		return s
	}
	return s[:i]
}

// delivered: a server, a mailbox or a program has taken a copy. The second mark is
// that of further recipients in the same dialogue.
//
//	=> address R=… T=… H=… C="250 OK id=…"
//	-> address …
//	=> :blackhole: <address> R=…
//	=> blackhole (DATA ACL discarded recipients)
func (p *Parser) delivered(s []byte) sources.Result {
	if scan.Begins(s, "blackhole (") {
		return mta.Ignored(RuleDiscarded)
	}
	var d delivery
	if !d.read(s) {
		return mta.Unparsed
	}
	switch {
	case string(d.place) == ":blackhole:", string(d.place) == "/dev/null", string(d.transport) == "**bypassed**":
		return mta.Ignored(RuleDiscarded)
	case d.place[0] == '>':
		return mta.Ignored(RuleReply)
	}
	e := p.entry()
	if e.Message.notification {
		return mta.Ignored(RuleNotification)
	}
	p.about(e, schemas.Delivered)
	p.fillDelivered(&d)
	return p.send()
}

// deliveredAtOnce: a server has taken the message while a client handed it over.
// The line that names the message comes next.
//
//	>> address R=… T=… H=… C="250 OK id=…"
func (p *Parser) deliveredAtOnce(s []byte) sources.Result {
	if m := &p.entry().Message; m.messageID != "" || m.notification {
		return p.delivered(s)
	}
	var d delivery
	if !d.read(s) {
		return mta.Unparsed
	}
	p.blank(schemas.Delivered)
	p.texts.Add(&p.event.QueueID, p.rec.id)
	p.fillDelivered(&d)
	p.finish()
	p.held.Hold(&p.event, 0, p.clock.Steady(), p.handOut)
	return mta.Context
}

// dry: a delivery was left out, by the option -N.
func (p *Parser) dry(s []byte) sources.Result {
	var d delivery
	if !d.read(s) {
		return mta.Unparsed
	}
	return mta.Ignored(RuleDiscarded)
}

func (p *Parser) fillDelivered(d *delivery) {
	p.fill(d)
	if d.confirm == nil {
		return
	}
	text := mta.Clip(d.confirm)
	p.event.Code = smtp.Code(text)
	p.texts.Add(&p.event.Enhanced, enhanced(text))
	p.texts.Add(&p.event.NextQueueID, nextQueueID(text))
	p.texts.AddReplyFunc(&p.event.Reply, func(dst []byte) []byte { return unescape(dst, text) })
}

// fill says what all lines about a recipient have in common.
func (p *Parser) fill(d *delivery) {
	p.texts.Add(&p.event.Recipient, d.original[:min(len(d.original), schemas.MaxRecipient)])
	if d.address != nil {
		p.texts.AddFunc(&p.event.Relay, d.relay)
	}
}

// relay appends name[address]:port of H=.
func (f *fields) relay(dst []byte) []byte {
	name, _ := cutWord(f.host)
	if len(name) > 0 && name[0] != '[' && name[0] != '(' {
		dst = append(dst, name...)
	}
	return append(dst, f.address...)
}

// nextQueueID reads the queue id that the next hop gave the message: Exim says
// "OK id=ID", others "queued as ID".
func nextQueueID(s []byte) []byte {
	if i := bytes.LastIndexByte(s, '='); i >= len(" id") && string(s[i-len(" id"):i]) == " id" {
		if n := idLen(s[i+1:]); n > 0 {
			return s[i+1:][:n]
		}
	}
	return smtp.QueuedAs(s)
}

// deferred: an attempt has failed, others will follow.
//
//	== address R=… T=… defer (-44) H=…: SMTP error from remote mail server after RCPT TO:<address>: 450 …
//	== address routing defer (-52): retry time not reached
func (p *Parser) deferred(s []byte) sources.Result {
	var d delivery
	if !d.read(s) {
		return mta.Unparsed
	}
	r := readReply(d.message)
	return p.sendReply(schemas.Deferred, &d, &r)
}

// failed: the recipient is given up.
//
//	** address R=… T=… H=…: SMTP error from remote mail server after RCPT TO:<address>: 550 …
//	** address: retry timeout exceeded
func (p *Parser) failed(s []byte) sources.Result {
	var d delivery
	if !d.read(s) {
		return mta.Unparsed
	}
	r := readReply(d.message)
	kind := schemas.Bounced
	if r.code/100 == 4 || r.code == 0 && gaveUp(d.message) {
		kind = schemas.Expired
	}
	return p.sendReply(kind, &d, &r)
}

func (p *Parser) sendReply(kind schemas.Kind, d *delivery, r *answer) sources.Result {
	e := p.entry()
	if e.Message.notification {
		return mta.Ignored(RuleNotification)
	}
	p.about(e, kind)
	p.fill(d)
	p.event.Code, p.event.Command = r.code, r.command
	p.texts.Add(&p.event.Enhanced, r.enhanced)
	p.texts.AddReply(&p.event.Reply, r.text)
	return p.send()
}

// gaveUp reports whether Exim itself says that it tried for too long, or was told
// to try no longer.
func gaveUp(message []byte) bool {
	for _, words := range [...]string{
		"retry timeout exceeded", "delivery cancelled by administrator",
		"retry time not reached for any host after a long failure period",
		"(ultimate address timeout)",
	} {
		if bytes.HasSuffix(message, []byte(words)) {
			return true
		}
	}
	return bytes.Contains(message, []byte("have been failing for a long time"))
}
