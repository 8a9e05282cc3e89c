package clickhouse

import (
	"slices"

	"mailfate/schemas"
)

// heldPlaces is how many events of a kind get a row: as many as every snapshot
// keeps of a kind that has more, so that none of their places ever goes away.
const heldPlaces = 32

// heldRows are rows of unmatched or contested: hits and reports that are shown
// in no message's row. A row is one place among the events of its kind that a
// snapshot keeps. Those only ever become more, so a newer snapshot writes all
// rows that an older one wrote, and the rows are a function of the newest.
type heldRows struct {
	table
	account              word
	messageID, recipient text
	kind                 word
	slot                 number[uint16]
	events               number[uint32]
	eventID              number[uint64]
	time                 when
	reason               word
	url, userAgent, ip   text
	source               word
	match, confidence    word
	revision             number[uint64]
	withdrawn            number[uint8]
	ingestedAt           when
}

func newHeldRows(name string) *heldRows {
	r := &heldRows{table: table{name: name}}
	r.field("account", &r.account)
	r.field("message_id", &r.messageID)
	r.field("recipient", &r.recipient)
	r.field("kind", &r.kind)
	r.field("slot", &r.slot)
	r.field("events", &r.events)
	r.field("event_id", &r.eventID)
	r.field("time", &r.time)
	r.field("reason", &r.reason)
	r.field("url", &r.url)
	r.field("user_agent", &r.userAgent)
	r.field("ip", &r.ip)
	r.field("source", &r.source)
	r.field("match", &r.match)
	r.field("confidence", &r.confidence)
	r.field("revision", &r.revision)
	r.field("withdrawn", &r.withdrawn)
	r.field("ingested_at", &r.ingestedAt)
	r.seal()
	return r
}

// add adds the events of a snapshot that has, or had, the table's standing: all
// of them when they are contested, what readers and providers told when unmatched.
func (r *heldRows) add(s *schemas.Snapshot, standing schemas.Standing) {
	now := s.Standing == standing
	if !now && s.Was&standing == 0 {
		return
	}
	there := eventsByKind(s)
	var slots [schemas.KindCount]uint16
	for i := range s.Events {
		ev := &s.Events[i]
		told := ev.Kind.Stage() == schemas.StageEngagement || ev.Kind.Stage() == schemas.StageFeedback || !ev.FirstHand()
		if (told || standing == schemas.Contested) && slots[ev.Kind] < heldPlaces {
			r.write(s, ev, slots[ev.Kind], there[ev.Kind], !now)
			slots[ev.Kind]++
		}
	}
}

// eventsByKind says how many events of each kind there are at least: those that
// are kept, or where these are not all, those that are counted.
func eventsByKind(s *schemas.Snapshot) (there [schemas.KindCount]uint32) {
	for i := range s.Events {
		there[s.Events[i].Kind]++
	}
	for i := range s.Counted {
		c := &s.Counted[i]
		distinct := len(slices.Compact(slices.Clone(c.IDs)))
		there[c.Kind] = max(there[c.Kind], uint32(distinct))
	}
	return there
}

func (r *heldRows) write(s *schemas.Snapshot, ev *schemas.Event, slot uint16, events uint32, withdrawn bool) {
	r.account.add(account(s.Identity))
	r.messageID.add(s.MessageID)
	r.recipient.add(s.Recipient)
	r.kind.name(kindNames[ev.Kind])
	r.slot.add(slot)
	r.events.add(events)
	r.eventID.add(uint64(ev.ID))
	r.time.add(ev.Time)
	r.reason.name(reasonNames[ev.Reason])
	r.url.add(ev.URL)
	r.userAgent.add(ev.UserAgent)
	r.ip.add(ev.IP)
	r.source.add(ev.Source.String())
	r.match.add(ev.Match.String())
	r.confidence.add(ev.Confidence.String())
	r.revision.add(s.Revision)
	r.withdrawn.add(mark(withdrawn))
	r.ingestedAt.add(s.Intake)
}
