package tracking

import "bytes"

// stampSize is the length of a stamp as 21/Sep/2026:12:00:00 +0200.
const stampSize = len("21/Sep/2026:12:00:00 +0200")

// readCombined reads
//
//	[vhost[:port] ]addr ident user [stamp] "request" status bytes "referer" "agent"[ anything]
//
// where nothing that a client sends can hold a quote that is not escaped.
func (p *Parser) readCombined(line []byte) (rule string) {
	h := &p.hit
	at := findStamp(line)
	if at < 0 {
		return Malformed
	}
	h.stamp = line[at : at+stampSize]
	var ok bool
	if h.time, ok = p.stamps.parse(h.stamp); !ok {
		return BadTime
	}
	if !h.readClient(line[:at-2]) {
		return Malformed
	}
	request, rest, ok := p.quoted(line[at+stampSize+2:])
	if !ok {
		return Malformed
	}
	h.setRequest(request)
	if h.status, rest = word(rest); !isStatus(h.status) {
		return Malformed
	}
	_, rest = word(rest) // bytes
	_, rest, ok = p.quoted(skipSpace(rest))
	if !ok {
		return "" // the common format: it has no referer and no agent
	}
	h.agent, rest, ok = p.quoted(skipSpace(rest))
	if !ok {
		return Malformed
	}
	h.agent = dash(h.agent)
	p.readExtras(rest)
	return ""
}

// findStamp returns where the stamp begins. A user name can hold brackets, but
// not the quote that follows the stamp.
func findStamp(line []byte) int {
	from := 0
	for {
		i := bytes.Index(line[from:], []byte(" ["))
		if i < 0 {
			return -1
		}
		from += i + 2
		if end := from + stampSize; len(line) > end+2 && line[end] == ']' && line[end+1] == ' ' && line[end+2] == '"' {
			return from
		}
	}
}

// readClient reads the address, and the virtual host where there is one: it is
// what the server calls itself, and stands before the address.
func (h *hit) readClient(b []byte) bool {
	first, rest := word(b)
	second, rest := word(rest)
	third, rest := word(rest)
	if len(third) == 0 {
		return false
	}
	h.addr = first
	if len(skipSpace(rest)) > 0 && isAddress(second) && !isAddress(first) {
		h.host, _, _ = bytes.Cut(first, []byte(":"))
		h.addr = second
	}
	return true
}

// readExtras looks for the time that the answer took behind the format's end.
func (p *Parser) readExtras(rest []byte) {
	for rest = skipSpace(rest); len(rest) > 0; rest = skipSpace(rest) {
		if rest[0] == '"' {
			var ok bool
			if _, rest, ok = p.quoted(rest); !ok {
				return
			}
			continue
		}
		var w []byte
		w, rest = word(rest)
		for _, name := range [...]string{"rt=", "request_time="} {
			if v, found := bytes.CutPrefix(w, []byte(name)); found {
				p.hit.seconds = v
			}
		}
	}
}

// setRequest takes a request line apart: method, target and, unless it is very
// old, the protocol. What is none leaves both empty.
func (h *hit) setRequest(request []byte) {
	method, target, found := bytes.Cut(request, []byte(" "))
	if !found || !isMethod(method) {
		return
	}
	if i := bytes.LastIndex(target, []byte(" HTTP/")); i >= 0 {
		target = target[:i]
	}
	h.method, h.target = method, target
}

// isMethod reports whether b can be a request method.
func isMethod(b []byte) bool {
	for _, c := range b {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 20
}

// quoted reads a quoted field at the start of b, without its escapes: \xHH
// (nginx, Apache), and the backslash before a character (Apache).
func (p *Parser) quoted(b []byte) (field, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, b, false
	}
	b = b[1:]
	end := bytes.IndexByte(b, '"')
	if end < 0 {
		return nil, b, false
	}
	if bytes.IndexByte(b[:end], '\\') < 0 {
		return b[:end], b[end+1:], true
	}
	return p.unescape(b)
}

func (p *Parser) unescape(b []byte) (field, rest []byte, ok bool) {
	start := len(p.plain)
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '"':
			return p.plain[start:], b[i+1:], true
		case c == '\\' && i+1 < len(b):
			var n int
			c, n = escaped(b[i+1:])
			i += n
		}
		p.plain = append(p.plain, c)
	}
	return nil, nil, false
}

// escaped returns the byte that an escape stands for, given what follows the
// backslash, and how much of that it is.
func escaped(b []byte) (byte, int) {
	switch b[0] {
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'v':
		return '\v', 1
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'x':
		if len(b) >= 3 {
			if c, ok := hexByte(b[1], b[2]); ok {
				return c, 3
			}
		}
		return '\\', 0
	}
	return b[0], 1
}
