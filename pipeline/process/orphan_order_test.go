package process

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mailfate/schemas"
)

// orders returns the orders in which n things can come.
func orders(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, shorter := range orders(n - 1) {
		for at := range n {
			order := append(append(append([]int{}, shorter[:at]...), n-1), shorter[at:]...)
			all = append(all, order)
		}
	}
	return all
}

// What came back is the message's in whatever order it and the message became
// known, with a restart between any two of them, also when the account or the
// recipient is the last that is learned.
func TestOrphansAreAttachedInAnyOrder(t *testing.T) {
	const to = "a@example.net"
	orphan := func(id int, kind schemas.Kind, recipient string) schemas.Event {
		ev := opened("", recipient, id)
		if ev.Kind = kind; kind != schemas.Opened {
			ev.Source, ev.UserAgent = schemas.SourceARF, ""
			ev.Match, ev.Confidence = schemas.MatchMessageID, schemas.ConfidenceStrong
		}
		return ev
	}
	queued := delivered("", "", 11)
	queued.Kind, queued.Account = schemas.Queued, "acme"
	owned := delivered("", to, 12)
	owned.Account = "acme"
	for name, events := range map[string][]schemas.Event{
		"nobody's message": {
			delivered("", to, 1), orphan(2, schemas.Opened, to), orphan(3, schemas.Complained, to), orphan(4, schemas.Complained, ""),
		},
		"an account's message": {
			owned, orphan(2, schemas.Opened, to), orphan(3, schemas.Complained, ""), orphan(4, schemas.BouncedLater, to),
		},
		"the account is said of the whole message": {
			queued, delivered("", to, 1), orphan(2, schemas.Opened, to), orphan(3, schemas.Complained, ""),
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := orders(len(events))
			s := newScene(t, nil)
			for step := range events {
				for n, order := range all {
					ev := events[order[step]]
					ev.MessageID = fmt.Sprintf("m%d", n)
					s.pub.events(ev)
				}
				s.on(0) // a process of its own
			}
			var want schemas.Row
			rows := 0
			for id, snap := range s.living() {
				if snap.Standing == schemas.Unmatched || snap.Standing == schemas.Contested {
					t.Errorf("%v stands %v in the end", id, snap.Standing)
				}
				if snap.Standing != schemas.Shown {
					continue
				}
				if rows++; rows == 1 {
					want = snap.Row
				}
				if d := cmp.Diff(want, snap.Row, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("%v, where they came in another order (-want +got):\n%s", id, d)
				}
			}
			if rows != len(all) {
				t.Errorf("%d rows of %d messages", rows, len(all))
			}
			if want.Opens != 1 || want.Complained == 0 || want.Suspicious > 0 {
				t.Errorf("the row tells of %d opens, complained at %d, %d suspicious", want.Opens, want.Complained, want.Suspicious)
			}
		})
	}
}
