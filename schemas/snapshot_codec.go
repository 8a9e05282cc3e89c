package schemas

import (
	"fmt"
	"slices"
)

// The field keys of an encoded snapshot. Stored: append only.
const (
	snapEvents uint8 = iota
	snapCounted
	snapAccounts
	snapRecipients
	snapStanding
	snapRow
	snapHistory
	snapTimers
	snapRevision
	snapIntake
	snapFresh
	snapWithdrawn
	snapWas
	snapRules
	snapAgents // of each id of snapCounted
)

// The field keys of an encoded change. Stored: append only.
const (
	changeEvent uint8 = iota // the cause, as its position among the events
	changeCause              // the cause, where it is none of them
	changeKind
	changeReason
	changeTime
	changeDerived
	changeAfter // before is what the change in front of it led to
	changeCode
	changeEnhanced
	changeReply
	changeURL
	changeWords // the cause, as its position among the events, and what was said there
)

// What bounds the memory that a damaged snapshot can take.
const (
	// maxEvents is the number of events in one snapshot: several times what a
	// set keeps of all kinds together.
	maxEvents = 1 << 13

	// leastChange is the bytes that the encoder makes of an empty change.
	leastChange = 7
)

// Snapshot encodes a snapshot, without its identity, which is its key. The
// bytes are valid until the encoder is used again.
func (e *Encoder) Snapshot(s *Snapshot) ([]byte, error) {
	e.begin(0)
	if len(s.Events) > maxEvents {
		return nil, fmt.Errorf("encode snapshot: %d events, of which %d is the limit", len(s.Events), maxEvents)
	}
	m := e.openMap()
	if len(s.Events) > 0 {
		m.key(snapEvents)
		e.list(len(s.Events))
		for i := range s.Events {
			e.event(&s.Events[i], false)
		}
	}
	if len(s.Counted) > 0 {
		m.key(snapCounted)
		e.list(2 * len(s.Counted))
		for _, c := range s.Counted {
			e.uint(uint64(c.Kind))
			e.ids(c.IDs)
		}
	}
	if slices.ContainsFunc(s.Counted, func(c Counted) bool { return c.Agents != nil }) {
		m.key(snapAgents)
		e.list(len(s.Counted))
		for _, c := range s.Counted {
			e.textList(c.Agents)
		}
	}
	m.texts(snapAccounts, s.Accounts)
	m.texts(snapRecipients, s.Recipients)
	m.uint(snapStanding, uint64(s.Standing))
	m.uint(snapWas, uint64(s.Was))
	if s.Standing == Shown {
		m.key(snapRow)
		e.row(&s.Row)
	}
	if len(s.History) > 0 {
		m.key(snapHistory)
		e.history(s)
	}
	if len(s.Timers) > 0 {
		m.key(snapTimers)
		e.list(2 * len(s.Timers))
		for _, t := range s.Timers {
			e.text(t.Stream)
			e.int(e.delta(t.Due))
		}
	}
	m.uint(snapRevision, s.Revision)
	m.int(snapIntake, s.Intake)
	m.uint(snapRules, s.Rules)
	if len(s.Fresh) > 0 {
		m.key(snapFresh)
		e.ids(s.Fresh)
	}
	if len(s.Withdrawn) > 0 {
		m.key(snapWithdrawn)
		e.list(2 * len(s.Withdrawn))
		for _, w := range s.Withdrawn {
			e.uint(uint64(w.Cause))
			e.int(e.delta(w.Time))
		}
	}
	m.close()
	return e.end()
}

func (e *Encoder) ids(ids []EventID) {
	e.list(len(ids))
	for _, id := range ids {
		e.uint(uint64(id))
	}
}

func (m *mapWriter) texts(k uint8, list []string) {
	if len(list) == 0 {
		return
	}
	m.key(k)
	m.e.textList(list)
}

func (e *Encoder) textList(list []string) {
	e.list(len(list))
	for _, s := range list {
		e.text(s)
	}
}

func (e *Encoder) history(s *Snapshot) {
	e.list(len(s.History))
	for i := range s.History {
		c := &s.History[i]
		m := e.openMap()
		at := causeIndex(s.Events, c)
		words := at >= 0 && c.sameWords(&s.Events[at])
		switch {
		case words:
			m.key(changeWords)
			e.uint(uint64(at))
		case at >= 0:
			m.key(changeEvent)
			e.uint(uint64(at))
		default:
			m.uint(changeCause, uint64(c.Cause))
			m.uint(changeKind, uint64(c.Kind))
			m.key(changeTime) // even when it is 0, for it is a distance
			e.int(e.delta(c.Time))
		}
		m.uint(changeReason, uint64(c.Reason))
		if c.Derived {
			m.uint(changeDerived, 1)
		}
		m.key(changeAfter)
		e.statuses(c.After)
		if !words {
			m.uint(changeCode, uint64(c.Code))
			m.text(changeEnhanced, c.Enhanced)
			m.text(changeReply, c.Reply)
			m.text(changeURL, c.URL)
		}
		m.close()
	}
}

// sameWords reports whether a change says what its cause said.
func (c *Change) sameWords(ev *Event) bool {
	return c.Code == ev.Code && c.Enhanced == ev.Enhanced && c.Reply == ev.Reply && c.URL == ev.URL
}

// causeIndex finds the event that a change tells of, when it tells all of it.
func causeIndex(events []Event, c *Change) int {
	for i := range events {
		if ev := &events[i]; ev.ID == c.Cause && ev.Kind == c.Kind && ev.Time == c.Time {
			return i
		}
	}
	return -1
}

func (e *Encoder) statuses(s Statuses) {
	var b [len(s)]byte
	for i, v := range s {
		b[i] = byte(v)
	}
	e.bytes(b[:])
}

// Snapshot decodes a value of mail.status that is not bookkeeping. The key is
// the caller's to parse: only Identity is left as it is.
func (d *Decoder) Snapshot(value []byte, s *Snapshot) error {
	*s = Snapshot{Identity: s.Identity, Events: s.Events[:0], History: s.History[:0]}
	d.open(value, 1)
	for range d.fields() {
		switch uint8(d.small(256)) {
		case snapEvents:
			d.events(s)
		case snapCounted:
			for range d.list() / 2 {
				s.Counted = append(s.Counted, Counted{Kind: Kind(d.small(uint64(KindCount))), IDs: d.ids()})
			}
		case snapAgents: // behind what they are of
			for i := range d.list() {
				if agents := d.textList(); i < len(s.Counted) && len(agents) == len(s.Counted[i].IDs) {
					s.Counted[i].Agents = agents
				}
			}
		case snapAccounts:
			s.Accounts = d.textList()
		case snapRecipients:
			s.Recipients = d.textList()
		case snapStanding:
			s.Standing = Standing(d.small(256))
		case snapWas:
			s.Was = Standing(d.small(256))
		case snapRow:
			d.row(&s.Row)
		case snapHistory:
			d.history(s)
		case snapTimers:
			d.timers(s)
		case snapRevision:
			s.Revision = d.uint()
		case snapIntake:
			s.Intake = d.int()
		case snapRules:
			s.Rules = d.uint()
		case snapFresh:
			s.Fresh = d.ids()
		case snapWithdrawn:
			for range d.list() / 2 {
				s.Withdrawn = append(s.Withdrawn, Withdrawal{Cause: EventID(d.uint()), Time: d.fromDelta(d.int())})
			}
		default:
			d.skip()
		}
	}
	if d.err != nil {
		return fmt.Errorf("decode snapshot: %w", d.err)
	}
	return nil
}

// Due decodes of a snapshot only Timers and Intake: when to look at it again.
func (d *Decoder) Due(value []byte, s *Snapshot) error {
	s.Timers, s.Intake = s.Timers[:0], 0
	d.open(value, 1)
	for range d.fields() {
		switch d.field() {
		case uint64(snapEvents):
			for range d.list() {
				d.pass(1 << eventTime)
			}
		case uint64(snapRow):
			d.pass(rowTimes)
		case uint64(snapHistory):
			for range d.list() {
				d.pass(1 << changeTime)
			}
		case uint64(snapTimers):
			d.timers(s)
		case uint64(snapIntake):
			s.Intake = d.int()
		case uint64(snapWithdrawn):
			for range d.list() / 2 {
				d.skip()
				d.fromDelta(d.int())
			}
		default:
			d.skip()
		}
	}
	if d.err != nil {
		return fmt.Errorf("decode when a snapshot is due: %w", d.err)
	}
	return nil
}

func (d *Decoder) timers(s *Snapshot) {
	for range d.list() / 2 {
		s.Timers = append(s.Timers, Timer{Stream: d.text(), Due: d.fromDelta(d.int())})
	}
}

func (d *Decoder) events(s *Snapshot) {
	n := d.list()
	if len(s.Events)+n > maxEvents {
		d.fail(fmt.Errorf("%d events, of which %d is the limit", len(s.Events)+n, maxEvents))
		return
	}
	s.Events = slices.Grow(s.Events, n)
	for range n {
		s.Events = append(s.Events, Event{})
		if d.event(&s.Events[len(s.Events)-1]); d.err != nil {
			return
		}
	}
}

func (d *Decoder) ids() []EventID {
	n := d.list()
	if n == 0 {
		return nil
	}
	ids := make([]EventID, n)
	for i := range ids {
		ids[i] = EventID(d.uint())
	}
	return ids
}

func (d *Decoder) textList() []string {
	n := d.list()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.text()
	}
	return list
}

func (d *Decoder) history(s *Snapshot) {
	var before Statuses
	for range d.listOf(leastChange) {
		c := Change{Before: before}
		for range d.fields() {
			switch uint8(d.small(256)) {
			case changeEvent:
				if i := int(d.small(uint64(len(s.Events)))); i < len(s.Events) {
					c.Cause, c.Kind, c.Time = s.Events[i].ID, s.Events[i].Kind, s.Events[i].Time
				}
			case changeWords:
				if i := int(d.small(uint64(len(s.Events)))); i < len(s.Events) {
					ev := &s.Events[i]
					c.Cause, c.Kind, c.Time = ev.ID, ev.Kind, ev.Time
					c.Code, c.Enhanced, c.Reply, c.URL = ev.Code, ev.Enhanced, ev.Reply, ev.URL
				}
			case changeCause:
				c.Cause = EventID(d.uint())
			case changeKind:
				c.Kind = Kind(d.small(uint64(KindCount)))
			case changeReason:
				c.Reason = Reason(d.small(uint64(ReasonCount)))
			case changeTime:
				c.Time = d.fromDelta(d.int())
			case changeDerived:
				c.Derived = d.uint() != 0
			case changeAfter:
				c.After = d.statuses()
			case changeCode:
				c.Code = uint16(d.small(1 << 16))
			case changeEnhanced:
				c.Enhanced = d.text()
			case changeReply:
				c.Reply = d.text()
			case changeURL:
				c.URL = d.text()
			default:
				d.skip()
			}
		}
		if d.err != nil {
			return
		}
		before = c.After
		s.History = append(s.History, c)
	}
}

// statuses reads as many as are written: a value from before a vocabulary was
// added has fewer, one from a newer program more.
func (d *Decoder) statuses() (s Statuses) {
	for i, b := range d.raw() {
		if i < len(s) && int(b) < len(Vocabularies[i].Rows) {
			s[i] = Status(b)
		}
	}
	return s
}
