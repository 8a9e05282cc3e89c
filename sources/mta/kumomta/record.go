package kumomta

import "mailfate/sources/jsonline"

// appendStatus appends the enhanced status code as it is written: 5.1.1; nothing
// when it is none.
func (p *Parser) appendStatus(b []byte) []byte {
	start := len(b)
	for f := class; f <= detail; f++ {
		v := p.rec.Value(f)
		if v.Type != jsonline.Number || len(v.Raw) > 3 || v.Raw[0] == '-' {
			return b[:start]
		}
		if len(b) > start {
			b = append(b, '.')
		}
		b = append(b, v.Raw...)
	}
	return b
}

// metaUser returns by whom meta says that the message was sent.
func (p *Parser) metaUser() jsonline.Value {
	if v := p.rec.Value(tenant); v.Type != jsonline.None {
		return v
	}
	return p.rec.Value(authnID)
}

// header returns a header's text; of several the last.
func (p *Parser) header(f int) jsonline.Value { return last(&p.scanner, p.rec.Value(f)) }

// open begins to walk over an object; over nothing when it is none.
func open(s *jsonline.Scanner, v jsonline.Value) {
	raw := v.Raw
	if v.Type != jsonline.Object {
		raw = nil
	}
	s.Object(raw)
}

// last returns the last text of a list, or the text itself.
func last(s *jsonline.Scanner, v jsonline.Value) jsonline.Value {
	if v.Type == jsonline.Array {
		list := v.Raw
		v = jsonline.Value{}
		for s.Array(list); s.Next(); {
			v = s.Value()
		}
	}
	if v.Type != jsonline.String {
		return jsonline.Value{}
	}
	return v
}
