package postfix

import (
	"encoding/binary"
	"slices"
	"strings"

	"mailfate/schemas"
	"mailfate/sources/saved"
)

// An alias says which address the sender wrote for the one that a message goes to
// now.
type alias struct{ to, written string }

// aliases are those that were resolved under earlier queue ids of a message, whose
// lines had an orig_to: a filter behind them hands on the result alone.
type aliases []alias

// maxAliases is how many are remembered of one queue id; of the others the result
// counts as a recipient of its own.
const maxAliases = 64

// written returns the address that the sender wrote for a recipient.
func (a aliases) written(recipient string) string {
	for i := range a {
		if a[i].to == recipient {
			return a[i].written
		}
	}
	return recipient
}

// handOn tells the next queue id of a message, when one of our own queues gave it,
// what only this one's lines show. Both must carry the same message, for what a
// server says is "queued as" can be any word.
func (p *Parser) handOn(e *entry, d *delivery) {
	if d.origTo == "" && len(e.Message.aliases) == 0 && !strings.HasPrefix(d.reason, "forwarded as ") {
		return
	}
	next := p.known([]byte(p.event.NextQueueID))
	if next == nil || next == e || next.Message.messageID != e.Message.messageID {
		return
	}
	p.inherit(next, &message{saslUser: e.Message.saslUser, subject: e.Message.subject})
	to, m := schemas.CleanRecipient(d.to), &next.Message
	if to != p.event.Recipient && len(m.aliases) < maxAliases && m.aliases.written(to) == to {
		m.aliases = append(m.aliases, alias{strings.Clone(to), strings.Clone(p.event.Recipient)})
		m.flags |= flagAliases
	}
}

func (a aliases) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(a)))
	for i := range a {
		b = saved.AppendText(saved.AppendText(b, a[i].to), a[i].written)
	}
	return b
}

func loadAliases(r *saved.Reader) aliases {
	n := min(r.Uvarint(), maxAliases)
	var a aliases
	for range n {
		a = append(a, alias{r.Text(), r.Text()})
	}
	return slices.Clip(a)
}
