package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The field keys of an encoded event. Stored: append only.
const (
	eventID uint8 = iota
	eventKind
	eventReason
	eventTime
	eventAccount
	eventMessageID
	eventRecipient
	eventEmailID
	eventSender
	eventSubject
	eventCampaign
	eventTags
	eventSize
	eventCode
	eventEnhanced
	eventCommand
	eventReply
	eventRelay
	eventQueueID
	eventNextQueueID
	eventURL
	eventUserAgent
	eventIP
	eventSource
	eventStream
	eventHost
	eventInstance
	eventFile
	eventOffset
	eventMatch
	eventConfidence
)

// A recordType is the second byte of a value in mail.events.
type recordType byte

const (
	recordEvent  recordType = 'E'
	recordClock  recordType = 'C'
	recordRefold recordType = 'R'
)

// Event encodes an event as a value of mail.events. The bytes are valid until
// the encoder is used again.
func (e *Encoder) Event(ev *Event) ([]byte, error) {
	e.begin(recordEvent)
	e.event(ev, true)
	return e.end()
}

// Clock says that everything a stream said up to Time has been published.
type Clock struct {
	Stream string
	Time   int64 // ms since 1970 UTC
}

// Clock encodes a clock record as a value of mail.events.
func (e *Encoder) Clock(c Clock) ([]byte, error) {
	e.begin(recordClock)
	m := e.openMap()
	m.text(eventStream, c.Stream)
	m.int(eventTime, c.Time)
	m.close()
	return e.end()
}

// Refold is an order to fold every message of the partition again.
type Refold struct {
	ID uint64 // never 0; greater for an order that was given later
}

// Refold encodes an order as a value of mail.events.
func (e *Encoder) Refold(r Refold) ([]byte, error) {
	e.begin(recordRefold)
	m := e.openMap()
	m.uint(eventID, r.ID)
	m.close()
	return e.end()
}

// Control is a record of mail.events that is no event but is for the processor
// itself. One of its fields is set.
type Control struct {
	Clock  Clock
	Refold Refold
}

func (e *Encoder) begin(t recordType) {
	e.texts, e.last = e.texts[:0], 0
	e.buf = append(e.buf[:0], FormatVersion)
	if t != 0 {
		e.buf = append(e.buf, byte(t))
	}
}

// end returns what was written. Nothing can go wrong, yet what is written has limits.
func (e *Encoder) end() ([]byte, error) { return e.buf, nil }

// event writes one event. In a snapshot the identity is the key's and the file
// and offset are left to the trail, so whole is false there.
func (e *Encoder) event(ev *Event, whole bool) {
	m := e.openMap()
	m.uint(eventID, uint64(ev.ID))
	m.uint(eventKind, uint64(ev.Kind))
	m.uint(eventReason, uint64(ev.Reason))
	m.key(eventTime) // even when it is 0, for it is a distance
	e.int(e.delta(ev.Time))
	if whole {
		m.text(eventAccount, ev.Account)
		m.text(eventMessageID, ev.MessageID)
		m.text(eventRecipient, ev.Recipient)
		m.text(eventFile, ev.File)
		m.int(eventOffset, ev.Offset)
	}
	m.text(eventEmailID, ev.EmailID)
	m.text(eventSender, ev.Sender)
	m.text(eventSubject, ev.Subject)
	m.text(eventCampaign, ev.Campaign)
	if len(ev.Tags) > 0 {
		m.key(eventTags)
		e.list(len(ev.Tags))
		for _, t := range ev.Tags {
			e.text(t)
		}
	}
	m.int(eventSize, ev.Size)
	m.uint(eventCode, uint64(ev.Code))
	m.text(eventEnhanced, ev.Enhanced)
	m.text(eventCommand, ev.Command)
	m.text(eventReply, ev.Reply)
	m.text(eventRelay, ev.Relay)
	m.text(eventQueueID, ev.QueueID)
	m.text(eventNextQueueID, ev.NextQueueID)
	m.text(eventURL, ev.URL)
	m.text(eventUserAgent, ev.UserAgent)
	m.text(eventIP, ev.IP)
	m.uint(eventSource, uint64(ev.Source))
	m.text(eventStream, ev.Stream)
	m.text(eventHost, ev.Host)
	m.text(eventInstance, ev.Instance)
	m.uint(eventMatch, uint64(ev.Match))
	m.uint(eventConfidence, uint64(ev.Confidence))
	m.close()
}

// Record decodes a value of mail.events: either ev is filled, or the result is
// for the processor itself and ev is left alone.
func (d *Decoder) Record(value []byte, ev *Event) (c Control, isControl bool, err error) {
	if len(value) < 2 {
		return Control{}, false, fmt.Errorf("decode record: %w", ErrFormat)
	}
	t := recordType(value[1])
	d.open(value, 2)
	switch t {
	case recordEvent:
		*ev = Event{}
		d.event(ev)
	case recordClock:
		isControl = true
		c.Clock = d.clock()
	case recordRefold:
		isControl = true
		c.Refold = d.refold()
	default:
		return Control{}, false, fmt.Errorf("decode record of type %q: %w", t, ErrFormat)
	}
	if d.err != nil {
		return Control{}, isControl, fmt.Errorf("decode record: %w", d.err)
	}
	return c, isControl, nil
}

func (d *Decoder) clock() (c Clock) {
	for range d.fields() {
		switch d.field() {
		case uint64(eventStream):
			c.Stream = d.text()
		case uint64(eventTime):
			c.Time = d.int()
		default:
			d.skip()
		}
	}
	return c
}

func (d *Decoder) refold() (r Refold) {
	for range d.fields() {
		switch d.field() {
		case uint64(eventID):
			r.ID = d.uint()
		default:
			d.skip()
		}
	}
	if r.ID == 0 {
		d.fail(errors.New("an order to refold without an id"))
	}
	return r
}

func (d *Decoder) event(ev *Event) {
	for range d.fields() {
		switch uint8(d.small(256)) {
		case eventID:
			ev.ID = EventID(d.uint())
		case eventKind:
			ev.Kind = Kind(d.small(uint64(KindCount)))
		case eventReason:
			ev.Reason = Reason(d.small(uint64(ReasonCount)))
		case eventTime:
			ev.Time = d.fromDelta(d.int())
		case eventAccount:
			ev.Account = d.text()
		case eventMessageID:
			ev.MessageID = d.text()
		case eventRecipient:
			ev.Recipient = d.text()
		case eventEmailID:
			ev.EmailID = d.text()
		case eventSender:
			ev.Sender = d.text()
		case eventSubject:
			ev.Subject = d.text()
		case eventCampaign:
			ev.Campaign = d.text()
		case eventTags:
			for range d.list() {
				ev.Tags = append(ev.Tags, d.text())
			}
		case eventSize:
			ev.Size = d.int()
		case eventCode:
			ev.Code = uint16(d.small(1 << 16))
		case eventEnhanced:
			ev.Enhanced = d.text()
		case eventCommand:
			ev.Command = d.text()
		case eventReply:
			ev.Reply = d.text()
		case eventRelay:
			ev.Relay = d.text()
		case eventQueueID:
			ev.QueueID = d.text()
		case eventNextQueueID:
			ev.NextQueueID = d.text()
		case eventURL:
			ev.URL = d.text()
		case eventUserAgent:
			ev.UserAgent = d.text()
		case eventIP:
			ev.IP = d.text()
		case eventSource:
			ev.Source = SourceType(d.small(256))
		case eventStream:
			ev.Stream = d.text()
		case eventHost:
			ev.Host = d.text()
		case eventInstance:
			ev.Instance = d.text()
		case eventFile:
			ev.File = d.text()
		case eventOffset:
			ev.Offset = d.int()
		case eventMatch:
			ev.Match = Match(d.small(256))
		case eventConfidence:
			ev.Confidence = Confidence(d.small(256))
		default:
			d.skip()
		}
	}
}

// A mapWriter writes a map of which empty fields are left out; its length is
// filled in at the end.
type mapWriter struct {
	e  *Encoder
	at int // where the map's length stands
	n  uint16
}

func (e *Encoder) openMap() mapWriter {
	m := mapWriter{e: e, at: len(e.buf) + 1}
	e.buf = append(e.buf, codeMap16, 0, 0)
	return m
}

func (m *mapWriter) close() { binary.BigEndian.PutUint16(m.e.buf[m.at:], m.n) }

func (m *mapWriter) key(k uint8) {
	m.n++
	m.e.field(k)
}

func (m *mapWriter) uint(k uint8, v uint64) {
	if v != 0 {
		m.key(k)
		m.e.uint(v)
	}
}

func (m *mapWriter) int(k uint8, v int64) {
	if v != 0 {
		m.key(k)
		m.e.int(v)
	}
}

func (m *mapWriter) text(k uint8, v string) {
	if v != "" {
		m.key(k)
		m.e.text(v)
	}
}

// text writes a string. A value's strings repeat much (a message's host, relay
// and replies), so one that was written before is written as its ordinal.
func (e *Encoder) text(v string) {
	for i, s := range e.texts {
		if s == v {
			e.uint(uint64(i))
			return
		}
	}
	if len(e.texts) < maxTexts {
		e.texts = append(e.texts, v)
	}
	e.str(v)
}

// maxTexts bounds the strings of one value that can be referred to again, which
// keeps writing linear and the references one byte long.
const maxTexts = 128

func (d *Decoder) text() string {
	h := d.head()
	switch {
	case h.family == familyString:
		s := d.share(d.take(h.n))
		d.note(seenText{made: s})
		return s
	case h.family == familyUint && h.n < uint64(len(d.texts)):
		t := &d.texts[h.n]
		if t.made == "" {
			t.made = d.share(t.raw)
		}
		return t.made
	}
	d.fail(fmt.Errorf("code %#x where a text, or one of the %d before it, was expected", h.code, len(d.texts)))
	return ""
}

// note keeps a text for those that refer to it.
func (d *Decoder) note(t seenText) {
	if len(d.texts) < maxTexts {
		d.texts = append(d.texts, t)
	}
}

// delta and fromDelta write times as the distance from the one before.
func (e *Encoder) delta(t int64) int64 {
	dt := t - e.last
	e.last = t
	return dt
}

func (d *Decoder) fromDelta(dt int64) int64 {
	d.last += dt
	return d.last
}
