package postfix

import "mailfate/schemas"

// A recipient that was refused in a dialogue which has a queue id already and goes
// on with other recipients: the message's name is logged later, or never. The
// event waits until either is clear.

// hold keeps an event back.
func (p *Parser) hold(e *schemas.Event) {
	p.held.Hold(e, p.rec.PID, p.clock.Steady(), p.release)
}

// release hands out an event that has waited, under the name that it has.
func (p *Parser) release(e *schemas.Event) {
	p.released = true
	p.emit(e)
}

// releaseNamed hands out what waits for the name of a message.
func (p *Parser) releaseNamed(e *entry, id []byte) {
	if e.Message.messageID == "" {
		return
	}
	host := e.Queue().Host.Name
	p.held.Release(func(_ int64, held *schemas.Event) bool {
		return held.QueueID == string(id) && held.Host == host
	}, func(held *schemas.Event) {
		held.MessageID = e.Message.messageID
		p.release(held)
	})
}

// releaseClient hands out what a dialogue that is over has left without a name.
func (p *Parser) releaseClient() {
	q := p.queue()
	p.held.Release(func(pid int64, held *schemas.Event) bool {
		return pid == p.rec.PID && held.Host == q.Host.Name && held.Instance == q.Instance
	}, p.release)
}
