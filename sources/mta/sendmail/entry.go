package sendmail

import (
	"encoding/binary"

	"mailfate/sources/mta"
	"mailfate/sources/mta/queue"
	"mailfate/sources/saved"
)

// An entry is what is remembered of one queue id.
type entry = queue.Entry[message]

// A message is what the lines have shown of it.
type message struct {
	messageID string
	sender    string // as in schemas.Event
	user      string // who was authenticated
	account   string // a function of the two above
	size      int64
	aliases   []alias

	flags messageFlags
}

// messageFlags is stored: append only.
type messageFlags uint16

const (
	flagOrigin       messageFlags = 1 << iota // its from= line was seen
	flagNotification                          // sendmail itself made it: no message
	flagClone                                 // made of another for a mailing list, whose owner gets what comes back
	flagQuarantine                            // to be held for a human check
)

// Append saves the message, but for what follows from the rest.
func (m *message) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(m.flags))
	b = binary.AppendVarint(b, m.size)
	b = saved.AppendText(b, m.messageID)
	b = saved.AppendText(b, m.sender)
	return appendAliases(saved.AppendText(b, m.user), m.aliases)
}

// Load takes back what Append wrote.
func (m *message) Load(r *saved.Reader) {
	m.flags, m.size = messageFlags(r.Uvarint()), r.Varint()
	m.messageID, m.sender, m.user = r.Text(), r.Text(), r.Text()
	m.aliases = loadAliases(r)
}

// at returns what is known of the queue id, and begins with it where nothing is.
func (p *Parser) at(id []byte) *entry {
	q := p.queue()
	if e := p.table.Find(q, id); e != nil {
		p.table.Touch(e)
		return e
	}
	return p.table.Create(q, id, p.rec.Time)
}

// set notes what a line has shown of the queue id.
func (p *Parser) set(e *entry, flags messageFlags) {
	if e.Message.flags&flags != flags {
		e.Message.flags |= flags
		p.table.Mark(e)
	}
}

func (m *message) is(flag messageFlags) bool { return m.flags&flag != 0 }

// setSender notes the envelope sender, and who that makes the account.
func (p *Parser) setSender(e *entry, sender []byte) {
	e.Message.sender = mta.NullSender
	if len(sender) > 0 {
		e.Message.sender = p.senders.Text(mta.Clip(sender))
	}
	p.table.Mark(e)
	p.setAccount(&e.Message)
}

func (p *Parser) setAccount(m *message) {
	m.account = p.options.AccountOf(m.sender, m.user)
}
