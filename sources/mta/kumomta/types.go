package kumomta

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/jsonline"
	"mailfate/sources/mta"
)

// transport says what became of a message.
func (p *Parser) transport(kind schemas.Kind) sources.Result {
	p.begin(kind)
	p.addMessageID()
	if !p.addRecipients(p.rec.Value(recipient)) {
		return mta.Malformed(BadValue)
	}
	if len(p.recipients) == 0 && !p.named {
		return mta.Malformed(NoRecipient)
	}
	p.addHash()
	if !p.named {
		p.CountProvisional()
		p.texts.Add(&p.event.MessageID, p.provisionalName())
	}
	p.addEnvelope()
	p.addResponse()
	return p.send()
}

// rejection says that a client was turned away: by KumoMTA, before it took the
// message, so that the rejection alone names it.
func (p *Parser) rejection() sources.Result {
	p.begin(schemas.Refused)
	p.addMessageID()
	if !p.addRecipients(p.rec.Value(recipient)) {
		return mta.Malformed(BadValue)
	}
	if len(p.recipients) == 0 && !p.named {
		return mta.Ignored(RuleRejectWithoutRecipient)
	}
	p.addHash()
	if !p.named {
		p.event.MessageID = "n:" + p.hash.Hex()
	}
	p.addEnvelope()
	p.addResponse()
	return p.send()
}

// outOfBand says that a report of failure came back (RFC 3464). Of what it says,
// id, headers, queue and meta are the report's, not the message's.
func (p *Parser) outOfBand() sources.Result {
	p.begin(schemas.BouncedLater)
	p.addHash()
	for _, f := range [...]int{id, headers, queue, meta} {
		p.rec.Clear(f)
	}
	if !p.addRecipients(p.rec.Value(recipient)) {
		return mta.Malformed(BadValue)
	}
	if len(p.recipients) == 0 {
		return mta.Malformed(NoRecipient)
	}
	p.CountProvisional()
	p.event.MessageID = "f:" + p.hash.Hex()
	p.addEnvelope()
	p.addResponse()
	return p.send()
}

// begin begins an event.
func (p *Parser) begin(is schemas.Kind) {
	p.event.Kind = is
	p.texts.Reset()
	p.recipients = p.recipients[:0]
	p.named = false
}

// addHash names the record: what makes it itself is hashed as it is written.
func (p *Parser) addHash() {
	r := p.rec
	at := eventTime
	if r.Value(at).Type != jsonline.String {
		at = timestamp
	}
	b := append(p.buf[:0], "kumomta"...)
	for _, f := range [...]int{nodeID, kind, id, at, recipient, attempts, response} {
		v := r.Value(f)
		b = append(b, byte(v.Type), byte(len(v.Raw)), byte(len(v.Raw)>>8), byte(len(v.Raw)>>16))
		b = append(b, v.Raw...)
	}
	p.buf = b
	p.hash = schemas.HashBytes(b)
}
