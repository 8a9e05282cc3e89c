package sendmail

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/saved"
)

// An alias says that an address stands for what the sender wrote.
type alias struct{ address, written string }

// maxAliases is how many addresses of one message are remembered to stand for another.
const maxAliases = 64

// written returns what the sender wrote for an address, itself where nothing is known.
func (m *message) written(address string) string {
	for _, a := range m.aliases {
		if a.address == address {
			return a.written
		}
	}
	return address
}

// alias: an address was replaced, which is said at high log levels only.
//
//	alias ADDRESS => ADDRESS[, ADDRESS…]
func (p *Parser) alias(id, s []byte) sources.Result {
	text := mta.OwnCopy(s)
	from, to, ok := strings.Cut(text, " => ")
	if !ok {
		return mta.Unparsed
	}
	e := p.at(id)
	written := e.Message.written(bare(from))
	known := len(e.Message.aliases)
	for to != "" && known < maxAliases {
		address, rest := cutAddress(to)
		to = strings.TrimLeft(rest, ", ")
		if address = bare(address); address != "" {
			e.Message.aliases = append(e.Message.aliases[:known:known], alias{address, written})
			known++
		}
	}
	p.table.Mark(e)
	return mta.Context
}

func appendAliases(b []byte, aliases []alias) []byte {
	b = append(b, byte(len(aliases)))
	for _, a := range aliases {
		b = saved.AppendText(saved.AppendText(b, a.address), a.written)
	}
	return b
}

func loadAliases(r *saved.Reader) (aliases []alias) {
	for n := min(r.Byte(), maxAliases); n > 0 && r.OK(); n-- {
		aliases = append(aliases, alias{r.Text(), r.Text()})
	}
	return aliases
}

// bare is an address as identities hold it.
func bare(address string) string {
	if len(address) > 1 && address[0] != '<' && address[len(address)-1] == '>' {
		address = address[strings.LastIndexByte(address, '<')+1:] // NAME <address>
	}
	return schemas.CleanRecipient(address)
}
