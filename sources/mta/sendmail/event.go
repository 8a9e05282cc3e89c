package sendmail

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
)

// blank begins an event that is about no message with a name.
func (p *Parser) blank(kind schemas.Kind) {
	q := p.queue()
	p.event = schemas.Event{
		Kind:     kind,
		Time:     p.rec.Time,
		Source:   schemas.SourceSendmail,
		Host:     q.Host.Name,
		Instance: q.Instance,
		File:     p.line.File,
		Offset:   p.line.Offset,
	}
}

// about begins an event about a queue id.
func (p *Parser) about(e *entry, kind schemas.Kind, id string) {
	p.blank(kind)
	p.name(e, id)
	ev := &p.event
	ev.MessageID = e.Message.messageID
	ev.Account = e.Message.account
	ev.Sender = e.Message.sender
	ev.Size = e.Message.size
	ev.QueueID = id
}

// name makes sure that the message has a name.
func (p *Parser) name(e *entry, id string) {
	if e.Message.messageID == "" {
		e.Message.messageID = p.ProvisionalName(e.Queue(), id, e.FirstSeen())
		p.table.Mark(e)
	}
}

// send hands the event out, once for each time that the line stands for.
func (p *Parser) send() sources.Result {
	p.sendTo(p.handOut)
	return mta.Events
}

func (p *Parser) sendTo(emit func(*schemas.Event)) {
	nameless := p.event.MessageID == ""
	for range p.times {
		h := p.nextHash()
		p.event.ID = h.ID()
		if nameless {
			p.event.MessageID = "n:" + h.Hex()
		}
		p.event.Bound()
		emit(&p.event)
	}
}

func (p *Parser) handOut(e *schemas.Event) {
	p.sent++
	p.emit(e)
}

// nextHash names the line's next event.
func (p *Parser) nextHash() schemas.Hash {
	if !p.hashed {
		q := p.queue()
		p.hash, p.hashed, p.nth = p.hashes.Of(q.Host.Name, q.Instance, p.rec.Stamp, p.rec.Rest), true, 0
	}
	h := sources.Nth(p.hash, p.nth)
	p.nth++
	return h
}
