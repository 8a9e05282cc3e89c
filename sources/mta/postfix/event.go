package postfix

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
)

// blank begins an event that is about no known queue id.
func (p *Parser) blank(kind schemas.Kind) {
	q, ev := p.queue(), &p.event
	*ev = schemas.Event{} // in place, and not by a copy of one that is made elsewhere
	ev.Kind = kind
	ev.Time = p.rec.Time
	ev.Source = schemas.SourcePostfix
	ev.Host, ev.Instance = q.Host.Name, q.Instance
	ev.File, ev.Offset = p.file, p.offset
}

// about begins an event about a queue id.
func (p *Parser) about(e *entry, kind schemas.Kind, id string) {
	p.blank(kind)
	p.name(e, id)
	ev := &p.event
	ev.Instance = e.Queue().Instance
	ev.MessageID = e.Message.messageID
	ev.Account = e.Message.account
	ev.Sender = e.Message.sender
	ev.Subject = e.Message.subject
	ev.Size = e.Message.size
	ev.QueueID = id
}

// name makes sure that the message has a name: when the log did not show its
// Message-ID, one after its queue id, which other messages had at other times.
func (p *Parser) name(e *entry, id string) {
	if e.Message.messageID != "" {
		return
	}
	e.Message.messageID = p.ProvisionalName(e.Queue(), id, e.FirstSeen())
	e.Message.flags &^= flagResent
	p.table.Mark(e)
}

// send hands the event out.
func (p *Parser) send() sources.Result {
	p.sendTo(p.emit)
	return mta.Events
}

// sendTo hands the event to emit, once for each time that the line stands for.
func (p *Parser) sendTo(emit func(*schemas.Event)) {
	q := p.queue()
	line := p.hashes.Of(q.Host.Name, q.Instance, p.rec.Stamp, p.rec.Rest)
	nameless := p.event.MessageID == ""
	for i := range p.times {
		h := sources.Nth(line, i)
		p.event.ID = h.ID()
		if nameless {
			p.event.MessageID = "n:" + h.Hex()
		}
		p.event.Bound()
		emit(&p.event)
	}
}
