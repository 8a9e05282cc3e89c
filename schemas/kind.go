package schemas

import "fmt"

// Kind says what was observed. The numbers are stored: append, never renumber.
type Kind uint8

// The kinds of event, in the order of their rank: of two events at the same
// instant the one with the smaller kind happened first.
const (
	KindNone Kind = iota

	// Platform: what the sending platform decided.
	Received
	Refused
	Scheduled
	ModerationPending
	ModerationAccepted
	Quarantined
	Blocked
	Released
	Depleted
	Renewed
	Throttled
	Treated
	Filtered
	Suppressed
	Cancelled
	Invalid
	Lost
	InternalError
	Resend
	Discarded // derived

	// Transport: what a mail transfer agent did.
	Queued
	Relayed // derived
	Deferred
	Delivered
	Bounced
	BouncedLater
	Expired

	// Engagement: what the reader did.
	Opened
	Read
	Clicked
	Unsubscribed
	MachineOpened       // derived
	MachineRead         // derived
	MachineClicked      // derived
	MachineUnsubscribed // derived

	// Feedback: what the reader's provider reported.
	Complained
	SpamFoldered
	NotSpam
	OtherReport

	// KindCount is one more than the largest kind.
	KindCount
)

// Stage groups kinds by who observed them.
type Stage uint8

// The four stages of a message's life.
const (
	StagePlatform Stage = iota + 1
	StageTransport
	StageEngagement
	StageFeedback
)

var kindNames = [KindCount]string{
	Received:            "received",
	Refused:             "refused",
	Scheduled:           "scheduled",
	ModerationPending:   "moderation_pending",
	ModerationAccepted:  "moderation_accepted",
	Quarantined:         "quarantined",
	Blocked:             "blocked",
	Released:            "released",
	Depleted:            "depleted",
	Renewed:             "renewed",
	Throttled:           "throttled",
	Treated:             "treated",
	Filtered:            "filtered",
	Suppressed:          "suppressed",
	Cancelled:           "cancelled",
	Invalid:             "invalid",
	Lost:                "lost",
	InternalError:       "internal_error",
	Resend:              "resend",
	Discarded:           "discarded",
	Queued:              "queued",
	Relayed:             "relayed",
	Deferred:            "deferred",
	Delivered:           "delivered",
	Bounced:             "bounced",
	BouncedLater:        "bounced_later",
	Expired:             "expired",
	Opened:              "opened",
	Read:                "read",
	Clicked:             "clicked",
	Unsubscribed:        "unsubscribed",
	MachineOpened:       "machine_opened",
	MachineRead:         "machine_read",
	MachineClicked:      "machine_clicked",
	MachineUnsubscribed: "machine_unsubscribed",
	Complained:          "complained",
	SpamFoldered:        "spam_foldered",
	NotSpam:             "not_spam",
	OtherReport:         "other_report",
}

var kindByName = func() map[string]Kind {
	m := make(map[string]Kind, KindCount)
	for k := KindNone + 1; k < KindCount; k++ {
		m[kindNames[k]] = k
	}
	return m
}()

// String returns the kind's name as documents and tables spell it.
func (k Kind) String() string {
	if k == KindNone || k >= KindCount {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// ParseKind returns the kind with that name.
func ParseKind(name string) (Kind, bool) {
	k, ok := kindByName[name]
	return k, ok
}

// Stage tells who observes events of this kind; 0 for an unknown kind.
func (k Kind) Stage() Stage {
	switch {
	case k >= Received && k <= Discarded:
		return StagePlatform
	case k >= Queued && k <= Expired:
		return StageTransport
	case k >= Opened && k <= MachineUnsubscribed:
		return StageEngagement
	case k >= Complained && k < KindCount:
		return StageFeedback
	}
	return 0
}

// Derived reports whether only the timeline makes this kind, so that it is
// refused as input. Expired is derived too, but also observed.
func (k Kind) Derived() bool {
	switch k {
	case Discarded, Relayed, MachineOpened, MachineRead, MachineClicked, MachineUnsubscribed:
		return true
	}
	return false
}

// Ends reports whether the platform gave the message up with this kind, so
// that no delivery is expected any more.
func (k Kind) Ends() bool {
	switch k {
	case Refused, Suppressed, Filtered, Cancelled, Invalid, Lost, InternalError:
		return true
	}
	return false
}
