package schemas

import "slices"

// Snapshot is everything mailfate knows under one identity, and what it makes
// of it: a value of mail.status, which is changelog and output in one. The
// account is the one that the events name, "" where they name none.
//
// Under an empty recipient it is the message's own record: events that concern
// all recipients or one that nobody named, and who belongs to the message.
type Snapshot struct {
	Identity

	// What is known: a set that only ever grows (see pipeline/status).
	Events     []Event   // without identity, file and offset
	Counted    []Counted // kinds of which there are more events than are kept
	Accounts   []string  // own record only: the two smallest accounts named
	Recipients []string  // own record only: the two smallest recipients created

	// What follows from it, and from the message's other records and the clocks.
	Standing Standing
	Row      Row
	History  []Change
	Timers   []Timer

	// What has to be told.
	Revision  uint64       // greater in every emission; decides which row wins
	Intake    int64        // when the newest event was taken in, ms; bookkeeping
	Fresh     []EventID    // causes of the changes that are new in this emission
	Withdrawn []Withdrawal // every change that was once emitted and is not true now
	Was       Standing     // every standing that was ever emitted
	Rules     uint64       // the version of the rules that made it
}

// Counted holds the smallest ids of all events of one kind.
type Counted struct {
	Kind   Kind
	IDs    []EventID // ascending
	Agents []string  // of engagement: whose event each of IDs is; nil where that is not known
}

// Standing says what becomes of the events under one key; as Was, several.
type Standing uint8

// The standings.
const (
	// Shown: they make a row of message_status.
	Shown Standing = 1 << iota
	// Joined: they belong to rows of other keys of the message.
	Joined
	// Unmatched: nobody was addressed as they claim; kept until somebody is.
	Unmatched
	// Contested: several accounts have a message of this id, and the events do
	// not say whose they are; shown to none of them.
	Contested
)

// Change is one step of a message's history: its statuses before and after.
type Change struct {
	Cause    EventID // the event, or the id derived from it; the change's key
	Kind     Kind
	Reason   Reason
	Time     int64 // event time, ms
	Derived  bool  // brought about by time or inference, observed by nobody
	Before   Statuses
	After    Statuses
	Code     uint16
	Enhanced string
	Reply    string // the remarks
	URL      string
}

// Withdrawal names a change that is no longer true.
type Withdrawal struct {
	Cause EventID
	Time  int64
}

// Timer is a point in a stream's time at which the message must be looked at again.
type Timer struct {
	Stream string
	Due    int64
}

// Row is what one row of message_status says beside its identity. Times are
// event times in ms, 0 for never.
type Row struct {
	EmailID, Sender, Subject, Campaign string
	Tags                               []string
	Size                               int64

	Statuses Statuses
	Reason   Reason // of the newest attempt's bounce (the one that the status tells of), else of what led to the status: of an expiry, of the attempt's last deferral
	Code     uint16 // this and the next three: of that bounce, else of the last transport event (that of a deferral, where the queue just gave up)
	Enhanced string
	Reply    string
	Relay    string
	URL      string // the link that was followed last

	First, Last                   int64 // the earliest event, whose hour is the cohort, and the latest
	Queued, Deferred, Delivered   int64 // the first of each
	Bounced, Expired              int64 // of the newest attempt: a resend that went well has none
	Opened, Read, Clicked         int64 // the first of each; opened and read by pixels alone
	Unsubscribed, Complained      int64
	MachineOpened, MachineClicked int64

	Deferrals, Opens, Clicks    uint32
	MachineOpens, MachineClicks uint32
	Suspicious                  uint32 // engagement with what was never delivered
	Attempts                    uint32
	AtLeast                     bool // some of the counts are lower bounds

	MachineRules []string // what machines did and the rules that say so, as "machine_opened apple.mpp"; ascending
}

// Equal reports whether two rows say the same.
func (r *Row) Equal(o *Row) bool {
	x, y := r.times(), o.times()
	for i := range x {
		if *x[i] != *y[i] {
			return false
		}
	}
	n, m := r.counts(), o.counts()
	for i := range n {
		if *n[i] != *m[i] {
			return false
		}
	}
	return r.EmailID == o.EmailID && r.Sender == o.Sender && r.Subject == o.Subject && r.Campaign == o.Campaign &&
		r.Size == o.Size && r.Statuses == o.Statuses && r.Reason == o.Reason && r.Code == o.Code &&
		r.Enhanced == o.Enhanced && r.Reply == o.Reply && r.Relay == o.Relay && r.URL == o.URL &&
		r.AtLeast == o.AtLeast && slices.Equal(r.Tags, o.Tags) && slices.Equal(r.MachineRules, o.MachineRules)
}
