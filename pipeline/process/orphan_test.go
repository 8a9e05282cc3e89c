package process

import (
	"os"
	"testing"

	"mailfate/schemas"
)

// What belongs to a message that never turned up is kept as unmatched, through
// restarts, and is the message's when it turns up within its life.
func TestOrphansAreAttached(t *testing.T) {
	id := schemas.Identity{MessageID: "m1", Recipient: "a@example.net"}
	complaint := opened(id.MessageID, id.Recipient, 3)
	complaint.Kind, complaint.Source, complaint.UserAgent = schemas.Complained, schemas.SourceARF, ""
	redacted := complaint // names nobody: it can mean the only recipient alone
	redacted.ID, redacted.Recipient = 4, ""
	for name, orphans := range map[string][]schemas.Event{
		"engagement and feedback": {opened(id.MessageID, id.Recipient, 2), complaint},
		"a redacted complaint":    {opened(id.MessageID, id.Recipient, 2), redacted},
	} {
		for _, lost := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				s := newScene(t, orphans)
				s.on(0)
				for id, snap := range s.living() {
					if len(snap.Events) > 0 && snap.Standing != schemas.Unmatched {
						t.Errorf("%v stands %v before its message turned up", id, snap.Standing)
					}
				}
				if lost {
					if err := os.RemoveAll(s.dir); err != nil {
						t.Fatal(err)
					}
				}
				s.pub.events(delivered(id.MessageID, id.Recipient, 1))
				s.on(30)
				got := s.living()
				row := got[id].Row
				if row.Delivered == 0 || row.Opened == 0 || row.Complained == 0 {
					t.Errorf("the row tells delivered %d, opened %d, complained %d", row.Delivered, row.Opened, row.Complained)
				}
				for id, snap := range got {
					if snap.Standing&(schemas.Shown|schemas.Joined) == 0 {
						t.Errorf("%v stands %v", id, snap.Standing)
					}
				}
			})
		}
	}
}
