package exim

import (
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
)

// blank begins an event that is about no known message.
func (p *Parser) blank(kind schemas.Kind) {
	p.texts.Reset()
	ev := &p.event
	*ev = schemas.Event{} // in place, and not by a copy of one that is made elsewhere
	ev.Kind = kind
	ev.Time = p.rec.time
	ev.Source = schemas.SourceExim
	ev.Host = p.queue().Host.Name
	ev.File, ev.Offset = p.file, p.offset
}

// about begins an event about a message.
func (p *Parser) about(e *entry, kind schemas.Kind) {
	p.blank(kind)
	p.describe(&p.event, e)
	p.texts.Add(&p.event.QueueID, p.rec.id)
}

// describe says in an event what is known of its message, which gets a name if it
// has none.
func (p *Parser) describe(ev *schemas.Event, e *entry) {
	m := &e.Message
	if m.messageID == "" {
		m.messageID = p.ProvisionalName(e.Queue(), string(p.rec.id), e.FirstSeen())
		p.table.Mark(e)
	}
	ev.MessageID, ev.Account, ev.Sender, ev.Size = m.messageID, m.account, m.sender, m.size
}

// finish completes the event but for its message.
func (p *Parser) finish() {
	p.texts.Store()
	ev := &p.event
	if ev.Recipient != "" {
		ev.Recipient = schemas.CleanRecipient(ev.Recipient)
	}
	line := p.hashes.Of(ev.Host, "", p.rec.stamp, p.rec.rest)
	ev.ID = line.ID()
	if ev.MessageID == "" {
		ev.MessageID = "n:" + line.Hex()
	}
	ev.Bound()
}

// send hands the event out.
func (p *Parser) send() sources.Result {
	p.finish()
	p.handOut(&p.event)
	if p.event.Kind == schemas.Refused || p.event.Kind == schemas.Deferred {
		p.mayBeCopied()
	}
	return mta.Events
}

func (p *Parser) handOut(ev *schemas.Event) {
	p.sent++
	p.emit(ev)
}

// releaseNamed hands out what waits for a message, which has a name now.
func (p *Parser) releaseNamed(e *entry) {
	p.held.Release(func(_ int64, ev *schemas.Event) bool {
		return ev.QueueID == string(p.rec.id) && ev.Host == e.Queue().Host.Name
	}, func(ev *schemas.Event) {
		p.describe(ev, e)
		p.handOut(ev)
	})
}
