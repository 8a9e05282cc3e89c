package platform

import (
	"slices"

	"mailfate/schemas"
	"mailfate/sources/jsonline"
)

// setID names the event, by the sender's event_id or by the line's content.
func (p *Parser) setID() string {
	v := p.fields[fieldEventID]
	if v.Type == jsonline.None || len(v.Raw) == 0 {
		p.ev.ID = p.contentID()
		return ""
	}
	if v.Type != jsonline.String && v.Type != jsonline.Number {
		return BadValue
	}
	p.form = v.AppendText(p.form[:0])
	if p.ours() {
		if id, err := schemas.ParseEventID(string(p.form)); err == nil {
			p.ev.ID = id
			return ""
		}
	}
	p.ev.ID = schemas.HashEvent("platform", p.ev.Account, p.ev.MessageID, string(p.form)).ID()
	return ""
}

// ours reports whether AppendJSON wrote the line: it always names a source.
func (p *Parser) ours() bool {
	v := p.fields[fieldSource]
	if v.Type != jsonline.String {
		return false
	}
	_, known := schemas.ParseSourceType(string(v.Raw))
	return known
}

// contentID hashes all that the line says but where it was read.
func (p *Parser) contentID() schemas.EventID {
	p.members = slices.DeleteFunc(p.members, func(m jsonline.Member) bool {
		return string(m.Key) == "file" || string(m.Key) == "offset"
	})
	p.form = append(p.form[:0], "platform\x00"...)
	p.form = jsonline.AppendCanonical(p.form, p.members)
	return schemas.HashBytes(p.form).ID()
}
