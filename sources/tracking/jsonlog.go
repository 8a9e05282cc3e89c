package tracking

import (
	"strconv"

	"mailfate/sources/jsonline"
)

// readJSON reads a line that is an object with the names of nginx, Caddy or Cloudflare,
// which do not overlap but where they mean the same. Of several stamps the one that says
// most is taken.
func (p *Parser) readJSON(line []byte) (rule string) {
	h := &p.hit
	var msec, iso, local, request, name []byte
	var end []byte // of the answer, where the log says that and not how long it took
	for p.scanner.Object(line); p.scanner.Next(); {
		var to *[]byte
		switch string(p.scanner.Key()) {
		case "msec", "ts":
			to = &msec
		case "time_iso8601":
			to = &iso
		case "time_local":
			to = &local
		case "EdgeStartTimestamp":
			to = &msec
		case "EdgeEndTimestamp":
			to = &end
		case "request":
			if v := p.scanner.Value(); v.Type == jsonline.Object {
				p.readRequest(v.Raw)
				continue
			}
			to = &request
		case "request_method", "ClientRequestMethod":
			to = &h.method
		case "request_uri", "ClientRequestURI":
			to = &h.target
		case "status", "EdgeResponseStatus":
			to = &h.status
		case "remote_addr", "ClientIP":
			to = &h.addr
		case "http_user_agent", "ClientRequestUserAgent":
			to = &h.agent
		case "host", "ClientRequestHost":
			to = &h.host
		case "server_name":
			to = &name
		case "request_time", "duration":
			to = &h.seconds
		case KeyPurpose, KeyXPurpose, KeySecPurpose, KeyXMoz:
			h.prefetch = h.prefetch || IsPrefetch(string(p.text(p.scanner.Value())))
			continue
		case KeyRest:
			h.rest = string(p.text(p.scanner.Value())) == "1"
			continue
		default:
			continue
		}
		*to = dash(p.text(p.scanner.Value()))
	}
	if p.scanner.Err() != nil {
		return Malformed
	}
	for _, stamp := range [...][]byte{local, iso, msec} {
		if len(stamp) > 0 {
			h.stamp = stamp
		}
	}
	if len(h.host) == 0 {
		h.host = name
	}
	return p.finishJSON(request, end)
}

// finishJSON checks what was read: a line without a stamp or a status is of
// another kind of log.
func (p *Parser) finishJSON(request, end []byte) (rule string) {
	h := &p.hit
	if len(h.stamp) == 0 || !isStatus(h.status) {
		return Malformed
	}
	var ok bool
	if h.time, ok = p.stamps.parse(h.stamp); !ok {
		return BadTime
	}
	if len(end) > 0 {
		ended := stamps{location: p.opts.Location}
		if at, ok := ended.parse(end); ok && len(h.seconds) == 0 && at > h.time {
			h.seconds = p.seconds(at - h.time)
		}
	}
	if len(h.method) == 0 || len(h.target) == 0 {
		h.method, h.target = nil, nil
		h.setRequest(request)
	} else if !isMethod(h.method) {
		h.method = nil
	}
	return ""
}

// readRequest reads the object in which Caddy says what was asked.
func (p *Parser) readRequest(raw []byte) {
	h := &p.hit
	var client []byte
	for p.inner.Object(raw); p.inner.Next(); {
		switch string(p.inner.Key()) {
		case "method":
			h.method = p.text(p.inner.Value())
		case "uri":
			h.target = p.text(p.inner.Value())
		case "host":
			h.host = p.text(p.inner.Value())
		case "remote_ip":
			h.addr = p.text(p.inner.Value())
		case "client_ip": // of whom a trusted proxy asks for
			client = p.text(p.inner.Value())
		case "headers":
			p.readHeaders(p.inner.Value())
		}
	}
	if len(client) > 0 {
		h.addr = client
	}
}

// readHeaders reads an object whose values are arrays.
func (p *Parser) readHeaders(v jsonline.Value) {
	if v.Type != jsonline.Object {
		return
	}
	for p.deep.Object(v.Raw); p.deep.Next(); {
		switch string(p.deep.Key()) {
		case "User-Agent":
			p.hit.agent = p.first(p.deep.Value())
		case "Purpose", "X-Purpose", "Sec-Purpose", "X-Moz":
			p.hit.prefetch = p.hit.prefetch || IsPrefetch(string(p.first(p.deep.Value())))
		}
	}
}

// first returns the first text of an array.
func (p *Parser) first(v jsonline.Value) []byte {
	if v.Type != jsonline.Array {
		return nil
	}
	s := jsonline.Scanner{Lenient: true}
	if s.Array(v.Raw); !s.Next() {
		return nil
	}
	return p.text(s.Value())
}

// seconds writes milliseconds as logs do, as 5.123.
func (p *Parser) seconds(ms int64) []byte {
	start := len(p.plain)
	p.plain = AppendSeconds(p.plain, ms)
	return p.plain[start:]
}

// AppendSeconds appends milliseconds as seconds, as 1790000000.123.
func AppendSeconds(b []byte, ms int64) []byte {
	b = strconv.AppendInt(b, ms/1000, 10)
	ms %= 1000
	return append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// text returns a string or number as bytes; of other values nothing.
func (p *Parser) text(v jsonline.Value) []byte {
	switch {
	case v.Type != jsonline.String && v.Type != jsonline.Number:
		return nil
	case v.Plain():
		return v.Raw
	}
	start := len(p.plain)
	p.plain = v.AppendText(p.plain)
	return p.plain[start:]
}
