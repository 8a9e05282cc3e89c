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

func (r *response) read(s *jsonline.Scanner, v jsonline.Value) {
	for open(s, v); s.Next(); {
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

func (c *status) read(s *jsonline.Scanner, v jsonline.Value) {
	for open(s, v); s.Next(); {
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

// An address is who is at the other end, or at ours:
//
//	{"name", "addr"} or {"address"}
type address struct {
	name, addr jsonline.Value
}

func (a *address) read(s *jsonline.Scanner, v jsonline.Value) {
	for open(s, v); s.Next(); {
		switch string(s.Key()) {
		case "name":
			a.name = s.Value()
		case "addr", "address":
			a.addr = s.Value()
		}
	}
}

// The headers are those that the logger is configured to add, by the names that
// the configuration has; the values are texts or lists of them.
type headers struct {
	messageID, subject jsonline.Value
}

func (h *headers) read(s *jsonline.Scanner, v jsonline.Value) {
	for open(s, v); s.Next(); {
		switch key := s.Key(); {
		case equalFold(key, "message-id"):
			h.messageID = s.Value()
		case equalFold(key, "subject"):
			h.subject = s.Value()
		}
	}
	h.messageID, h.subject = last(s, h.messageID), last(s, h.subject)
}

// user returns by whom meta says that the message was sent.
func user(s *jsonline.Scanner, meta jsonline.Value) (v jsonline.Value) {
	tenant := false
	for open(s, meta); s.Next(); {
		switch string(s.Key()) {
		case "tenant":
			v, tenant = s.Value(), true
		case "authn_id":
			if !tenant {
				v = s.Value()
			}
		}
	}
	return v
}

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
