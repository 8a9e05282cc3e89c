package status

import (
	"strings"
	"testing"

	"mailfate/schemas"
)

// TestWholeReply holds that a reply is judged by all of it that rules look at, also
// by what stands at its end.
func TestWholeReply(t *testing.T) {
	long := "550 5.1.1 user unknown; " + strings.Repeat("see our page about this ", 23) + "refused for policy reasons 5.7.1"
	for _, tc := range []struct {
		code            uint16
		enhanced, reply string
		want            schemas.Reason
		hard            bool
	}{
		{550, "5.1.1", "550 5.1.1 user unknown", schemas.UserUnknown, true},
		{550, "5.1.1", long, schemas.Policy, false},
		{550, "5.7.1", "550 5.1.1 user unknown", schemas.Policy, false},
		{550, "4.4.7", "550 5.1.1 user unknown", schemas.Unclassified, false},
	} {
		returned := schemas.Event{
			ID: 2, Kind: schemas.BouncedLater, Time: 2000, Source: schemas.SourceARF, Code: tc.code, Enhanced: tc.enhanced, Reply: tc.reply,
		}
		returned.Bound()
		delivered := schemas.Event{ID: 1, Kind: schemas.Delivered, Time: 1000, Source: schemas.SourcePostfix}
		v := NewEvaluator(Timers{}).Evaluate(&Message{Key: fill([]schemas.Event{delivered, returned})})
		if v.Row.Reason.Hard() != tc.hard || v.Row.Reason != tc.want {
			t.Errorf("%s %.40q of %d bytes is %s", tc.enhanced, tc.reply, len(tc.reply), v.Row.Reason)
		}
	}
}
