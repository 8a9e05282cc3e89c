package kumomta

import (
	"bytes"
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/jsonline"
	"mailfate/sources/mta"
	"mailfate/sources/mta/reply"
)

// add has a text written to *to later; what is no text is none.
func (p *Parser) add(to *string, v jsonline.Value) {
	switch {
	case v.Type != jsonline.String:
	case v.Plain():
		p.texts.Add(to, v.Raw)
	default:
		p.texts.AddFunc(to, v.AppendText)
	}
}

// addPart is add for a part of the identity: longer than any, it is not cut but
// hashed, which needs all of it.
func (p *Parser) addPart(to *string, v jsonline.Value) {
	if len(v.Raw) > schemas.MaxText {
		*to = string(v.AppendText(nil))
		return
	}
	p.add(to, v)
}

// addMessageID adds the Message-ID, if there is one.
func (p *Parser) addMessageID() {
	id := p.header(messageIDHeader)
	written := id.Raw
	if !id.Plain() {
		p.buf = id.AppendText(p.buf[:0])
		written = p.buf
	}
	if p.named = mta.HasMessageID(written); p.named {
		p.addPart(&p.event.MessageID, id)
	}
}

// addRecipients adds the recipients, one or a list, and reports whether that is
// what they are. Of a client that named none, it is empty.
func (p *Parser) addRecipients(v jsonline.Value) bool {
	switch v.Type {
	case jsonline.None, jsonline.Null:
		return true
	case jsonline.String:
		if len(v.Raw) > 0 {
			p.recipients = append(p.recipients, "")
			p.addPart(&p.recipients[0], v)
		}
		return true
	case jsonline.Array:
		n := 0
		for p.scanner.Array(v.Raw); p.scanner.Next(); {
			to := p.scanner.Value()
			if to.Type != jsonline.String {
				return false
			}
			if len(to.Raw) > 0 {
				n++
			}
		}
		p.recipients = append(p.recipients[:0], make([]string, n)...)
		left := p.recipients
		for p.scanner.Array(v.Raw); p.scanner.Next(); {
			if to := p.scanner.Value(); len(to.Raw) > 0 {
				p.addPart(&left[0], to)
				left = left[1:]
			}
		}
		return true
	}
	return false
}

// provisionalName names a message for which there is no Message-ID.
func (p *Parser) provisionalName() []byte {
	r := p.rec
	b := append(append(p.buf[:0], "q:"...), r.Value(nodeID).Raw...)
	b = append(append(b, "//"...), r.Value(id).Raw...)
	b = append(b, '/')
	if ms, ok := p.created.Field(r.Value(created).Raw); ok {
		b = time.UnixMilli(ms).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	}
	p.buf = b
	return b
}

// addEnvelope adds what is said of the message whatever became of it.
func (p *Parser) addEnvelope() {
	ev, r := &p.event, p.rec
	if r.Value(sender).Type == jsonline.String {
		p.add(&ev.Sender, r.Value(sender))
		if len(r.Value(sender).Raw) == 0 {
			ev.Sender = "<>"
		}
	}
	campaign, tenant := queueName(r.Value(queue))
	p.texts.Add(&ev.Campaign, campaign)
	p.user = ""
	if len(tenant) > 0 {
		p.texts.Add(&p.user, tenant)
	} else {
		p.add(&p.user, p.metaUser())
	}
	p.add(&ev.Subject, p.header(subjectHeader))
	p.add(&ev.QueueID, r.Value(id))
	if ev.Host == "" {
		p.add(&ev.Host, r.Value(nodeID))
	}
	if r.Value(size).Type == jsonline.Number {
		ev.Size, _ = strconv.ParseInt(string(r.Value(size).Raw), 10, 64)
		ev.Size = max(ev.Size, 0)
	}
}

// queueName reads the name of a queue:
//
//	[CAMPAIGN:][TENANT@]DOMAIN[!ROUTING_DOMAIN]
func queueName(v jsonline.Value) (campaign, tenant []byte) {
	name := plain(v)
	if i := bytes.IndexByte(name, '@'); i >= 0 {
		tenant = name[:i]
		if c, t, ok := bytes.Cut(tenant, []byte{':'}); ok {
			return c, t
		}
		return nil, tenant
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 && bytes.IndexByte(name[:i], '[') < 0 {
		return name[:i], nil
	}
	return nil, nil
}

// addResponse adds what was answered, and by which server.
func (p *Parser) addResponse() {
	ev, r := &p.event, p.rec
	p.buf = p.appendStatus(p.buf[:0])
	p.texts.Add(&ev.Enhanced, p.buf)
	ev.Code = smtpCode(r.Value(code))
	if ev.Kind == schemas.Refused {
		ev.Reason = reply.RefusalReason(ev.Code, string(p.buf))
	}
	if ev.Code != 0 || len(r.Value(content).Raw) > 0 {
		p.texts.AddReplyFunc(&ev.Reply, func(b []byte) []byte { return appendReply(b, ev.Code, p.buf, r.Value(content)) })
	}
	p.addCommand(r.Value(command))
	if ev.Kind != schemas.Queued && ev.Kind != schemas.Refused { // of those the peer is a client
		p.addServer()
	}
}

func smtpCode(v jsonline.Value) uint16 {
	if v.Type != jsonline.Number {
		return 0
	}
	return reply.Code(v.Raw)
}

// appendReply appends a reply as it was said: the code, the enhanced code, the
// words.
func appendReply(b []byte, code uint16, enhanced []byte, content jsonline.Value) []byte {
	if code != 0 {
		b = append(strconv.AppendUint(b, uint64(code), 10), ' ')
	}
	if len(enhanced) > 0 {
		b = append(append(b, enhanced...), ' ')
	}
	if content.Type == jsonline.String {
		b = content.AppendText(b)
	}
	return bytes.TrimSuffix(b, []byte{' '})
}

// addCommand adds the command that was answered, without what it was about. The
// end of a message is written as a dot.
func (p *Parser) addCommand(v jsonline.Value) {
	verb, _, _ := bytes.Cut(plain(v), []byte{':'})
	if string(verb) == "." {
		p.event.Command = "end of DATA"
		return
	}
	p.texts.Add(&p.event.Command, verb)
}

// addServer adds who was talked to, and from which of our addresses.
//
//	"peer_address": {"name", "addr"}, "source_address": {"address": "IP:PORT"}
func (p *Parser) addServer() {
	if name := plain(p.rec.Value(peerName)); len(name) > 0 {
		p.buf = append(append(p.buf[:0], bytes.TrimSuffix(name, []byte{'.'})...), '[')
		p.buf = append(append(p.buf, plain(p.rec.Value(peerAddr))...), ']')
		p.texts.Add(&p.event.Relay, p.buf)
	}
	from := plain(p.rec.Value(ownAddr))
	if i := bytes.LastIndexByte(from, ':'); i > 0 {
		from = bytes.Trim(from[:i], "[]")
	}
	p.texts.Add(&p.event.IP, from)
}

// plain returns a text that has no escapes, as names and addresses have none.
func plain(v jsonline.Value) []byte {
	if v.Type != jsonline.String || !v.Plain() {
		return nil
	}
	return v.Raw
}

// send hands the event out, once for each recipient.
func (p *Parser) send() sources.Result {
	ev := &p.event
	p.texts.Store()
	if p.named {
		ev.MessageID = p.options.Name(ev.MessageID)
	} else {
		ev.MessageID = schemas.CleanMessageID(ev.MessageID)
	}
	ev.Account = p.options.AccountOf(ev.Sender, p.user)
	if ev.Kind == schemas.Delivered {
		ev.NextQueueID = reply.QueuedAs(ev.Reply)
	}
	if len(p.recipients) == 0 {
		p.recipients = append(p.recipients, "")
	}
	for i, to := range p.recipients {
		ev.Recipient = schemas.CleanRecipient(to)
		ev.ID = sources.Nth(p.hash, i).ID()
		ev.Bound()
		p.emit(ev)
	}
	return mta.Events
}
