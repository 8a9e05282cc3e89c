package tracking

import "mailfate/sources/jsonline"

// readJSON reads a line that is an object with nginx's names. Of several
// stamps the one that says most is taken.
func (p *Parser) readJSON(line []byte) (rule string) {
	h := &p.hit
	var msec, iso, local, request, name []byte
	for p.scanner.Object(line); p.scanner.Next(); {
		var to *[]byte
		switch string(p.scanner.Key()) {
		case "msec":
			to = &msec
		case "time_iso8601":
			to = &iso
		case "time_local":
			to = &local
		case "request":
			to = &request
		case "request_method":
			to = &h.method
		case "request_uri":
			to = &h.target
		case "status":
			to = &h.status
		case "remote_addr":
			to = &h.addr
		case "http_user_agent":
			to = &h.agent
		case "host":
			to = &h.host
		case "server_name":
			to = &name
		case "request_time":
			to = &h.seconds
		case KeyPurpose, KeyXPurpose, KeySecPurpose, KeyXMoz:
			h.prefetch = h.prefetch || IsPrefetch(string(p.text(p.scanner.Value())))
			continue
		case KeyRest:
			h.rest = true
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
	return p.finishJSON(request)
}

// finishJSON checks what was read: a line without a stamp or a status is of
// another kind of log.
func (p *Parser) finishJSON(request []byte) (rule string) {
	h := &p.hit
	if len(h.stamp) == 0 || !isStatus(h.status) {
		return Malformed
	}
	var ok bool
	if h.time, ok = p.stamps.parse(h.stamp); !ok {
		return BadTime
	}
	if len(h.method) == 0 || len(h.target) == 0 {
		h.method, h.target = nil, nil
		h.setRequest(request)
	} else if !isMethod(h.method) {
		h.method = nil
	}
	return ""
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
