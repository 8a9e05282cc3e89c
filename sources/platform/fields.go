package platform

import (
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sources/jsonline"
)

// A field is a key that we know.
type field uint8

// The fields, in the order in which they are written.
const (
	fieldTime field = iota
	fieldEvent
	fieldMessageID
	fieldRecipient
	fieldAccount
	fieldEmailID
	fieldSender
	fieldSubject
	fieldCampaign
	fieldTags
	fieldReason
	fieldCode
	fieldEnhanced
	fieldReply
	fieldCommand
	fieldURL
	fieldUserAgent
	fieldIP
	fieldSize
	fieldRelay
	fieldQueueID
	fieldNextQueueID
	fieldEventID
	fieldSource
	fieldHost
	fieldInstance
	fieldFile
	fieldOffset
	fieldMatch
	fieldConfidence
	fieldCount
)

var fieldNames = [fieldCount]string{
	"time", "event", "message_id", "recipient", "account", "email_id", "sender", "subject", "campaign", "tags", "reason", "code", "enhanced",
	"reply", "command", "url", "user_agent", "ip", "size", "relay", "queue_id", "next_queue_id", "event_id", "source", "host", "instance", "file", "offset",
	"match", "confidence",
}

var fieldByName = func() map[string]field {
	m := make(map[string]field, fieldCount)
	for f, name := range fieldNames {
		m[name] = field(f)
	}
	return m
}()

func fieldOf(key []byte) (field, bool) {
	f, ok := fieldByName[string(key)]
	return f, ok
}

// lastTime is the last instant that RFC 3339 can write, in UTC.
var lastTime = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()

// setTime reads the time, which is kept to the millisecond.
func (p *Parser) setTime() string {
	v := p.fields[fieldTime]
	if v.Type == jsonline.None {
		return NoTime
	}
	raw := v.Raw
	if !v.Plain() {
		raw = v.AppendText(nil)
	}
	var t time.Time
	if v.Type != jsonline.String || t.UnmarshalText(raw) != nil {
		return BadTime
	}
	p.ev.Time = t.UnixMilli()
	if p.ev.Time <= 0 || p.ev.Time > lastTime {
		return BadTime
	}
	return ""
}

// The names of kinds and of each kind's reasons, to be looked up by bytes.
var kindByName, reasonsByName = func() (map[string]schemas.Kind, [schemas.KindCount]map[string]schemas.Reason) {
	kinds := make(map[string]schemas.Kind, schemas.KindCount)
	var reasons [schemas.KindCount]map[string]schemas.Reason
	for k := schemas.KindNone + 1; k < schemas.KindCount; k++ {
		kinds[k.String()] = k
		reasons[k] = map[string]schemas.Reason{"": schemas.ReasonNone}
		for _, r := range k.Reasons() {
			reasons[k][r.String()] = r
		}
	}
	return kinds, reasons
}()

// setKind reads the kind of event and its reason.
func (p *Parser) setKind() string {
	kind, ok := kindByName[string(p.word(fieldEvent))]
	if !ok {
		return UnknownEvent
	}
	if kind.Derived() {
		return DerivedEvent
	}
	reason, ok := reasonsByName[kind][string(p.word(fieldReason))]
	if !ok {
		return UnknownCause
	}
	p.ev.Kind, p.ev.Reason = kind, reason
	return ""
}

// word returns a name that is only looked up; for what is no string one that no
// table holds.
func (p *Parser) word(f field) []byte {
	switch v := p.fields[f]; v.Type {
	case jsonline.None:
		return nil
	case jsonline.String:
		p.form = v.AppendText(p.form[:0])
		return p.form
	}
	return []byte("?")
}

// setNumbers reads the numbers, which may also be written as texts.
func (p *Parser) setNumbers() string {
	code, ok := number(p.fields[fieldCode], 999)
	if !ok {
		return BadValue
	}
	size, ok := number(p.fields[fieldSize], 1<<62)
	if !ok {
		return BadValue
	}
	p.ev.Code, p.ev.Size = uint16(code), size
	return ""
}

func number(v jsonline.Value, limit int64) (int64, bool) {
	switch v.Type {
	case jsonline.None:
		return 0, true
	case jsonline.Number, jsonline.String:
		if len(v.Raw) == 0 {
			return 0, true
		}
		n, err := strconv.ParseInt(string(v.Raw), 10, 64)
		return n, err == nil && n >= 0 && n <= limit
	}
	return 0, false
}
