package postfix

import (
	"encoding/binary"

	"mailfate/sources/mta/queue"
	"mailfate/sources/saved"
)

// An entry is what is remembered of one queue id, while it means one message.
type entry = queue.Entry[message]

// A message is what the lines have shown of it.
type message struct {
	messageID string
	sender    string // as in schemas.Event
	saslUser  string
	account   string // a function of the two above
	subject   string
	aliases   aliases
	size      int64

	flags messageFlags
}

// messageFlags is stored: append only.
type messageFlags uint16

const (
	flagOrigin       messageFlags = 1 << iota // where it came from was seen
	flagActive                                // it was seen in the active queue
	_                                         // was: it was removed from the queue
	flagNotification                          // Postfix itself made it: no message
	flagResent                                // its message id is a Resent-Message-ID
	flagLoose                                 // only lines with a service name were seen
	flagNamedHere                             // Postfix made its message id, from its queue id
	flagSubject                               // its subject was seen
	flagAliases                               // some of its recipients have another name
)

// Append saves the message, but for what follows from the rest.
func (m *message) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(m.flags))
	b = binary.AppendVarint(b, m.size)
	b = saved.AppendText(b, m.messageID)
	b = saved.AppendText(b, m.sender)
	b = saved.AppendText(b, m.saslUser)
	if m.flags&flagSubject != 0 {
		b = saved.AppendText(b, m.subject)
	}
	if m.flags&flagAliases != 0 {
		b = m.aliases.append(b)
	}
	return b
}

// Load takes back what Append wrote.
func (m *message) Load(r *saved.Reader) {
	m.flags, m.size = messageFlags(r.Uvarint()), r.Varint()
	m.messageID, m.sender, m.saslUser = r.Text(), r.Text(), r.Text()
	if m.flags&flagSubject != 0 {
		m.subject = r.Text()
	}
	if m.flags&flagAliases != 0 {
		m.aliases = loadAliases(r)
	}
}

// maxInstances is how many instances a host may have for a line with a service
// name to be looked up in all of them.
const maxInstances = 16

// A table remembers queue ids, and knows how Postfix uses them.
type table struct {
	*queue.Table[message, *message]
}

// find returns what is known of a queue id, nil when nothing is. A line is loose
// when its tag has a service name, whose first part may be wrong.
func (t table) find(q *queue.Queue, id []byte, loose bool) *entry {
	if e := t.Find(q, id); e != nil {
		if !loose {
			t.settleQueue(e)
		}
		return e
	}
	others := q.Host.Queues()
	if len(others) > maxInstances {
		return nil
	}
	for _, other := range others {
		if other == q {
			continue
		}
		e := t.Find(other, id)
		switch {
		case e == nil:
		case loose:
			return e
		case e.Message.flags&flagLoose != 0:
			t.Move(e, q)
			t.settleQueue(e)
			return e
		}
	}
	return nil
}

// settleQueue notes that the entry's queue is known for certain.
func (t table) settleQueue(e *entry) {
	if e.Message.flags&flagLoose != 0 {
		e.Message.flags &^= flagLoose
		t.Mark(e)
	}
}

// When what is known of a queue id is an earlier message's: short ones are used again.
type staleness uint8

const (
	never   staleness = iota // a line that any message can have, also one that has left the queue
	removed                  // one that a message in the queue can have at any time
	active                   // one with a Message-ID, which comes before the message gets into the active queue
	begun                    // a message's first, unless lines were shuffled and a Message-ID came first
)

func (s staleness) of(e *entry) bool {
	return s >= removed && e.Removed() ||
		s >= active && e.Message.flags&flagActive != 0 ||
		s >= begun && e.Message.flags&flagOrigin != 0
}

// at returns what is known of the queue id that the line being read is about,
// and begins anew where nothing is or what is known is stale.
func (p *Parser) at(id []byte, stale staleness) *entry {
	q := p.queue()
	if e := p.table.find(q, id, p.rec.service); e != nil && !stale.of(e) {
		p.table.Touch(e)
		return e
	}
	e := p.table.Create(q, id, p.rec.Time)
	if p.rec.service {
		e.Message.flags |= flagLoose
	}
	return e
}

// set notes what a line has shown of the queue id.
func (t table) set(e *entry, flags messageFlags) {
	if e.Message.flags&flags != flags {
		e.Message.flags |= flags
		t.Mark(e)
	}
}
