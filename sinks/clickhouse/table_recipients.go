package clickhouse

import (
	"slices"
	"strings"

	"mailfate/schemas"
)

// recipientRows are rows of table recipient_status: one for each message that says
// something of its recipient, and one that takes it back for each that may have said so
// before. Most messages have none.
type recipientRows struct {
	table
	account                               word
	messageID, recipient                  text
	recipientDomain                       word
	complained, unsubscribed, hardBounced whenever
	reason                                word
	remarks                               text
	revision                              number[uint64]
	withdrawn                             number[uint8]
}

func newRecipientRows() *recipientRows {
	r := &recipientRows{table: table{name: "recipient_status"}}
	r.field("account", &r.account)
	r.field("recipient", &r.recipient)
	r.field("message_id", &r.messageID)
	r.field("recipient_domain", &r.recipientDomain)
	r.field("complained_at", &r.complained)
	r.field("unsubscribed_at", &r.unsubscribed)
	r.field("hard_bounced_at", &r.hardBounced)
	r.field("reason", &r.reason)
	r.field("remarks", &r.remarks)
	r.field("revision", &r.revision)
	r.field("withdrawn", &r.withdrawn)
	r.seal()
	return r
}

// add adds what a snapshot that is, or was, shown says of its recipient, if anything; or
// that it says nothing, if an older one may have said something.
func (r *recipientRows) add(s *schemas.Snapshot, shown bool) {
	var said sayings
	if shown {
		said = sayingsOf(&s.Row)
	}
	if !said.any() && !mayHaveSaid(s) {
		return
	}
	r.account.add(account(s.Identity))
	r.recipient.add(s.Recipient)
	r.messageID.add(s.MessageID)
	r.recipientDomain.add(schemas.Domain(s.Recipient))
	r.complained.add(said.complained)
	r.unsubscribed.add(said.unsubscribed)
	r.hardBounced.add(said.hardBounced)
	if said.hardBounced != 0 {
		r.reason.name(reasonNames[s.Row.Reason])
		r.remarks.add(s.Row.Reply)
	} else {
		r.reason.name(empty)
		r.remarks.add("")
	}
	r.revision.add(s.Revision)
	r.withdrawn.add(mark(!said.any()))
}

// sayings are when a message's recipient did what suppresses an address, as the tables
// have times: 0 is never.
type sayings struct{ complained, unsubscribed, hardBounced int64 }

func (s sayings) any() bool { return s != sayings{} }

// sayingsOf reads a row. A reply of policy (5.7.x) says nothing of the recipient,
// whatever its words, also where a platform calls it hard.
func sayingsOf(row *schemas.Row) sayings {
	s := sayings{complained: instant(row.Complained), unsubscribed: instant(row.Unsubscribed)}
	if row.Reason.Hard() && !strings.HasPrefix(row.Enhanced, "5.7.") {
		s.hardBounced = instant(row.Bounced)
	}
	return s
}

// mayHaveSaid reports whether an older snapshot of the same key may have said something
// of the recipient. It may be true where none did, which costs a row that says nothing;
// it is never false where one did, so that this snapshot's row, being newer, takes the
// older one's place whether both are read or, after a compaction, the newer alone, and
// in whatever order they are written.
//
// Whatever says something is told by events of a telling kind, which leave a trace:
//
//   - An event of this key stays in its set, of whose every kind some are always kept.
//   - One of another of the message's records is not seen here. But the first that says
//     something is a change, for no status of Netcore's is proof against it but those
//     that an event of a telling kind led to, which is a change then. It is in the
//     history still, whatever it says by now; or it was withdrawn, and withdrawals stay
//     until they are true again.
//
// A withdrawn change that an event of this key caused, of no telling kind, is no trace:
// every delivery to a filter of ours leaves one.
//
// Two things leave none, and an address stays suppressed then. A key that begins anew,
// because its message's life was over or the state is lost, knows nothing of a former
// life, and withdraws no change of it either; but a bounce of the new life that says
// nothing takes back, as its row takes that message's place, what the former one said.
// And an event of another record may be read as one of an untelling kind that has its id
// and its millisecond, which only a source that gives one id to two things brings about.
func mayHaveSaid(s *schemas.Snapshot) bool {
	return slices.ContainsFunc(s.Events, func(ev schemas.Event) bool { return telling(ev.Kind) }) ||
		slices.ContainsFunc(s.History, func(c schemas.Change) bool { return telling(c.Kind) }) ||
		slices.ContainsFunc(s.Withdrawn, func(w schemas.Withdrawal) bool { return !causedHere(s, w) })
}

// telling reports whether events of a kind say something of a recipient, or lead to a
// status that what does leaves as it is.
func telling(k schemas.Kind) bool {
	switch k {
	case schemas.Complained, schemas.Unsubscribed, schemas.Bounced, schemas.BouncedLater, schemas.Invalid:
		return true
	}
	return false
}

// causedHere reports whether an event of the snapshot's own key caused a change.
func causedHere(s *schemas.Snapshot, w schemas.Withdrawal) bool {
	return slices.ContainsFunc(s.Events, func(ev schemas.Event) bool { return ev.ID == w.Cause && ev.Time == w.Time })
}
