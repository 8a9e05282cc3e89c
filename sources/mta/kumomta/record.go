package kumomta

import "mailfate/sources/jsonline"

// A record is the values of one log record that say something to us, as views of
// the line.
type record struct {
	kind, id, nodeID               jsonline.Value
	sender, recipient, queue, size jsonline.Value
	response, peer, source         jsonline.Value
	timestamp, eventTime, created  jsonline.Value
	attempts, received             jsonline.Value
	meta, headers, feedback        jsonline.Value
}

// read reads a line and reports whether it is one JSON object. Of a key that is
// there twice the last one counts.
func (r *record) read(s *jsonline.Scanner, line []byte) bool {
	*r = record{}
	for s.Object(line); s.Next(); {
		if v := r.field(s.Key()); v != nil {
			*v = s.Value()
		}
	}
	return s.Err() == nil
}

func (r *record) field(key []byte) *jsonline.Value {
	switch string(key) {
	case "type":
		return &r.kind
	case "id":
		return &r.id
	case "nodeid":
		return &r.nodeID
	case "sender":
		return &r.sender
	case "recipient":
		return &r.recipient
	case "queue":
		return &r.queue
	case "size":
		return &r.size
	case "response":
		return &r.response
	case "peer_address":
		return &r.peer
	case "source_address":
		return &r.source
	case "timestamp":
		return &r.timestamp
	case "event_time":
		return &r.eventTime
	case "created":
		return &r.created
	case "num_attempts":
		return &r.attempts
	case "reception_protocol":
		return &r.received
	case "meta":
		return &r.meta
	case "headers":
		return &r.headers
	case "feedback_report":
		return &r.feedback
	}
	return nil
}

// A response is what was answered, by the peer or by KumoMTA:
//
//	{"code", "enhanced_code": {"class", "subject", "detail"} or null, "content", "command"}
type response struct {
	code, enhanced, content, command jsonline.Value
}

func (r *response) read(s *jsonline.Scanner, raw []byte) {
	for s.Object(raw); s.Next(); {
		switch string(s.Key()) {
		case "code":
			r.code = s.Value()
		case "enhanced_code":
			r.enhanced = s.Value()
		case "content":
			r.content = s.Value()
		case "command":
			r.command = s.Value()
		}
	}
}

// A status is an enhanced status code (RFC 3463) in its parts.
type status struct {
	class, subject, detail jsonline.Value
}

func (c *status) read(s *jsonline.Scanner, raw []byte) {
	for s.Object(raw); s.Next(); {
		switch string(s.Key()) {
		case "class":
			c.class = s.Value()
		case "subject":
			c.subject = s.Value()
		case "detail":
			c.detail = s.Value()
		}
	}
}

// append appends the code as it is written: 5.1.1; nothing when it is none.
func (c *status) append(b []byte) []byte {
	start := len(b)
	for _, v := range [...]jsonline.Value{c.class, c.subject, c.detail} {
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

// member returns the member of an object with that name, in whatever capitals;
// of a list its last element. It is None where there is no such text.
func member(s *jsonline.Scanner, object jsonline.Value, name string) (v jsonline.Value) {
	if object.Type != jsonline.Object {
		return v
	}
	for s.Object(object.Raw); s.Next(); {
		if equalFold(s.Key(), name) {
			v = s.Value()
		}
	}
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

// equalFold compares with a name in lower case.
func equalFold(key []byte, name string) bool {
	if len(key) != len(name) {
		return false
	}
	for i, c := range key {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}
