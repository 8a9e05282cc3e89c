package tracking

import (
	"bytes"
	"slices"
)

// albTypes begin the lines of an Application Load Balancer, which say what was spoken.
var albTypes = []string{"http", "https", "h2", "grpcs", "ws", "wss"}

// isALB reports whether a line begins as an Application Load Balancer's.
func isALB(line []byte) bool {
	kind, rest := word(line)
	if len(rest) < len(" 2026-09-21T") || rest[5] != '-' || rest[8] != '-' || rest[11] != 'T' {
		return false
	}
	return slices.Contains(albTypes, string(kind))
}

// readALB reads
//
//	type time elb client:port target:port request_processing_time
//	target_processing_time response_processing_time elb_status_code target_status_code
//	received_bytes sent_bytes "request" "user_agent" ssl_cipher ssl_protocol
//	target_group_arn "trace_id" "domain_name"[ anything]
//
// The times are until the answer begins: how long a pixel was held open is not among
// them, and so nothing is known to be read.
func (p *Parser) readALB(line []byte) (rule string) {
	h := &p.hit
	_, rest := word(line)
	h.stamp, rest = word(rest)
	var ok bool
	if h.time, ok = p.stamps.parse(h.stamp); !ok {
		return BadTime
	}
	_, rest = word(rest) // elb
	h.addr, rest = word(rest)
	h.addr = withoutPort(h.addr)
	for range 4 { // target:port and the times
		_, rest = word(rest)
	}
	if h.status, rest = word(rest); !isStatus(h.status) {
		return Malformed
	}
	for range 3 { // target_status_code received_bytes sent_bytes
		_, rest = word(rest)
	}
	request, rest, ok := p.quoted(skipSpace(rest))
	if !ok {
		return Malformed
	}
	h.setRequest(request)
	if h.agent, rest, ok = p.quoted(skipSpace(rest)); !ok {
		return Malformed
	}
	h.agent = dash(h.agent)
	for range 3 { // ssl_cipher ssl_protocol target_group_arn
		_, rest = word(rest)
	}
	if _, rest, ok = p.quoted(skipSpace(rest)); ok { // trace_id
		if h.host, _, ok = p.quoted(skipSpace(rest)); ok {
			h.host = dash(h.host)
		}
	}
	return ""
}

// withoutPort takes the port off an address, and the brackets of one with colons.
func withoutPort(b []byte) []byte {
	if i := bytes.LastIndexByte(b, ':'); i >= 0 {
		b = b[:i]
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("[")), []byte("]"))
}
