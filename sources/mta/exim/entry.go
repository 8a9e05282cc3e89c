package exim

import (
	"encoding/binary"

	"mailfate/sources/mta/queue"
	"mailfate/sources/saved"
)

// An entry is what is remembered of one queue id.
type entry = queue.Entry[message]

// A message is what the lines have shown of it.
type message struct {
	messageID string
	sender    string // as in schemas.Event
	login     string // who handed it over, where they logged in
	account   string // a function of the two above
	size      int64

	notification bool // Exim itself made it: no message
}

// Append saves the message, but for what follows from the rest.
func (m *message) Append(b []byte) []byte {
	made := byte(0)
	if m.notification {
		made = 1
	}
	b = append(b, made)
	b = binary.AppendVarint(b, m.size)
	b = saved.AppendText(b, m.messageID)
	b = saved.AppendText(b, m.sender)
	return saved.AppendText(b, m.login)
}

// Load takes back what Append wrote.
func (m *message) Load(r *saved.Reader) {
	m.notification, m.size = r.Byte() == 1, r.Varint()
	m.messageID, m.sender, m.login = r.Text(), r.Text(), r.Text()
}

// entry returns what is known of the line's queue id. Exim never uses one again.
func (p *Parser) entry() *entry {
	q := p.queue()
	if e := p.table.Find(q, p.rec.id); e != nil {
		p.table.Touch(e)
		return e
	}
	return p.table.Create(q, p.rec.id, p.rec.time)
}
