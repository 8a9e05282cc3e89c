package powermta

import (
	"bytes"
	"mime"
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/reply"
	"mailfate/sources/mta/scan"
)

// add has a part of the identity, or of what it is found by, written to *to
// later. Longer than any, it is not cut but hashed, which needs all of it.
func (p *Parser) add(to *string, text []byte) {
	if len(text) > schemas.MaxText {
		*to = string(text)
		return
	}
	p.texts.Add(to, text)
}

// addIdentity adds which message it is, to whom.
func (p *Parser) addIdentity(to []byte) {
	ev := &p.event
	p.hash = p.hashes.Of(ev.Host, "", p.rec.value(timeLogged), p.line)
	p.texts.Reset()
	p.add(&ev.Recipient, to)
	id := p.rec.value(messageID)
	if p.named = mta.HasMessageID(id); p.named {
		p.add(&ev.MessageID, id)
		return
	}
	p.CountProvisional()
	p.add(&ev.MessageID, p.provisionalName(to))
}

// addEnvelope adds what is said of the message whatever became of it.
func (p *Parser) addEnvelope() {
	ev, v := &p.event, &p.rec
	if v.value(orig) != nil {
		p.texts.Add(&ev.Sender, v.value(orig))
		if len(v.value(orig)) == 0 {
			ev.Sender = "<>"
		}
	}
	p.texts.Add(&ev.EmailID, v.value(envID))
	job := v.value(jobID)
	if len(job) == 0 {
		job = v.value(jobHeader)
	}
	p.texts.Add(&ev.Campaign, job)
	p.texts.Add(&ev.Subject, v.value(subject))
	p.texts.Add(&ev.Instance, v.value(vmta))
	ev.Size, _, _ = scan.Number(v.value(dlvSize))
}

// addReply adds what was said to PowerMTA, or by it.
func (p *Parser) addReply() {
	ev, v := &p.event, &p.rec
	words := withoutType(v.value(dsnDiag))
	ev.Code = reply.Code(words)
	p.texts.AddReply(&ev.Reply, words)
	p.texts.Add(&ev.Enhanced, statusCode(v.value(dsnStatus)))
	p.texts.Add(&ev.IP, v.value(dlvSourceIP))
	server := v.value(dsnMta)
	if len(server) == 0 {
		server = v.value(dsnReportingMta)
	}
	p.texts.Add(&ev.Relay, p.nameAndAddress(server))
	if ev.Code == 0 && ev.Kind.Fails() {
		ev.Reason = ownFailure(v.value(bounceCat))
	}
}

// send hands the event out.
func (p *Parser) send() sources.Result {
	ev := &p.event
	p.texts.Store()
	ev.ID = p.hash.ID()
	ev.Recipient = schemas.CleanRecipient(ev.Recipient)
	if p.named {
		ev.MessageID = p.options.Name(ev.MessageID)
	} else {
		ev.MessageID = schemas.CleanMessageID(ev.MessageID)
	}
	if p.options.Account != nil { // without one the user need not be copied
		ev.Account = p.options.AccountOf(ev.Sender, string(p.rec.value(smtpUser)))
	}
	if strings.Contains(ev.Subject, "=?") {
		ev.Subject = decoded(ev.Subject)
	}
	ev.Bound()
	p.emit(ev)
	return mta.Events
}

// decoded returns a header's text with its encoded words decoded (RFC 2047),
// as it is where that cannot be.
func decoded(s string) string {
	var words mime.WordDecoder
	if text, err := words.DecodeHeader(s); err == nil {
		return text
	}
	return s
}

// address drops an address' type, as rfc822; (RFC 3461, 4.2).
func address(s []byte) []byte {
	if kind, rest, ok := bytes.Cut(s, []byte{';'}); ok && bytes.EqualFold(kind, []byte("rfc822")) {
		return rest
	}
	return s
}

// withoutType drops a diagnostic's type, as smtp; (RFC 3464, 2.3.6).
func withoutType(s []byte) []byte {
	i := 0
	for i < len(s) && (s[i] == '-' || scan.IsDigit(s[i]) || s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z') {
		i++
	}
	if i == 0 || i == len(s) || s[i] != ';' {
		return s
	}
	return bytes.TrimLeft(s[i+1:], " ")
}

// statusCode reads the code of "5.1.1 (bad destination mailbox address)".
func statusCode(s []byte) []byte {
	code, _, _ := bytes.Cut(s, []byte{' '})
	if len(code) < len("5.1.1") || len(code) > len("5.999.999") || !scan.IsDigit(code[0]) || code[1] != '.' {
		return nil
	}
	return code
}

// nameAndAddress writes "mx.example.com (192.0.2.1)" as mx.example.com[192.0.2.1].
func (p *Parser) nameAndAddress(s []byte) []byte {
	name, ip, ok := bytes.Cut(s, []byte(" ("))
	if !ok || len(ip) < 2 || ip[len(ip)-1] != ')' {
		return s
	}
	p.buf = append(append(p.buf[:0], name...), '[')
	p.buf = append(append(p.buf, ip[:len(ip)-1]...), ']')
	return p.buf
}

// ownFailure is the reason that a category gives when no server had said a word,
// so that it is PowerMTA's own finding (11.6, Bounce Categories).
func ownFailure(category []byte) schemas.Reason {
	switch string(category) {
	case "bad-connection", "no-answer-from-host":
		return schemas.ConnectionFailed
	case "bad-domain":
		return schemas.NoDNS
	}
	return schemas.ReasonNone
}
