package status

import (
	"testing"

	"mailfate/schemas"
)

// TestSoleRecipient holds that what only a recipient of the message can know is
// believed of its only recipient, and of none where another could have said it.
func TestSoleRecipient(t *testing.T) {
	delivered := schemas.Event{ID: 1, Kind: schemas.Delivered, Time: 1000, Source: schemas.SourcePostfix}
	returned := schemas.Event{ID: 2, Kind: schemas.BouncedLater, Time: 2000, Enhanced: "5.1.1", Source: schemas.SourceARF}
	other := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m"}}
	AddRecipient(other, "r")
	AddRecipient(other, "other")
	only := &schemas.Snapshot{Identity: schemas.Identity{MessageID: "m"}}
	AddRecipient(only, "r")
	for confidence, want := range map[schemas.Confidence][2]string{
		schemas.ConfidenceStated: {"returned", "returned"},
		schemas.ConfidenceExact:  {"returned", "returned"},
		schemas.ConfidenceStrong: {"returned", "delivered"},
		schemas.ConfidenceLikely: {"delivered", "delivered"},
	} {
		returned.Confidence = confidence
		for i, whole := range []*schemas.Snapshot{only, other} {
			v := NewEvaluator(Timers{}).Evaluate(&Message{Key: fill([]schemas.Event{delivered, returned}), Whole: whole})
			certain := want[i] == "returned"
			if got := schemas.Canonical.Row(v.Row.Statuses[0]).ID; got != want[i] || (v.Row.Bounced != 0) != certain || (v.Row.Suspicious == 0) != certain {
				t.Errorf("%s, %d recipients: %s, bounced at %d, %d suspicious", confidence, len(whole.Recipients), got, v.Row.Bounced, v.Row.Suspicious)
			}
		}
	}
}

// TestDoubts holds that a return by mail changes what is said of a message, and
// with that who is suppressed, only where it is surely about it; that it creates
// no recipient; and that it is about all recipients in no case.
func TestDoubts(t *testing.T) {
	delivered := schemas.Event{ID: 1, Kind: schemas.Delivered, Time: 1000, Source: schemas.SourcePostfix}
	returned := schemas.Event{ID: 2, Kind: schemas.BouncedLater, Time: 2000, Enhanced: "5.1.1", Source: schemas.SourceARF}
	for confidence, want := range map[schemas.Confidence]string{
		schemas.ConfidenceStated: "returned",
		schemas.ConfidenceExact:  "returned",
		schemas.ConfidenceStrong: "returned",
		schemas.ConfidenceLikely: "delivered",
		schemas.ConfidenceNone:   "delivered",
	} {
		returned.Confidence = confidence
		v := NewEvaluator(Timers{}).Evaluate(&Message{Key: fill([]schemas.Event{delivered, returned})})
		if got := schemas.Canonical.Row(v.Row.Statuses[0]).ID; got != want {
			t.Errorf("%s: the message is %s, want %s", confidence, got, want)
		}
		certain := want == "returned"
		if (v.Row.Bounced != 0) != certain || (v.Row.Reason == schemas.UserUnknown) != certain || (v.Row.Suspicious == 0) != certain {
			t.Errorf("%s: bounced at %d for %s, %d suspicious", confidence, v.Row.Bounced, v.Row.Reason, v.Row.Suspicious)
		}
		if v := NewEvaluator(Timers{}).Evaluate(&Message{Key: fill([]schemas.Event{returned})}); v.Standing != schemas.Unmatched {
			t.Errorf("%s: a return alone stands as %d", confidence, v.Standing)
		}
		whole := fill([]schemas.Event{returned})
		whole.Recipient = ""
		AddRecipient(whole, "r")
		AddRecipient(whole, "other")
		v = NewEvaluator(Timers{}).Evaluate(&Message{Key: fill([]schemas.Event{delivered}), Whole: whole})
		if got := schemas.Canonical.Row(v.Row.Statuses[0]).ID; got != "delivered" {
			t.Errorf("%s: a return of nobody known makes it %s", confidence, got)
		}
	}
}
