package status

import (
	"testing"

	"mailfate/schemas"
)

// A reader's provider that unsubscribes for him is no machine that fetches
// unasked, and neither is who writes a report.
func TestWhoIsAMachine(t *testing.T) {
	for name, c := range map[string]struct {
		ev   schemas.Event
		want schemas.Kind
	}{
		"open by a program":         {schemas.Event{Kind: schemas.Opened, UserAgent: "curl/8"}, schemas.MachineOpened},
		"open by a person":          {schemas.Event{Kind: schemas.Opened, UserAgent: "Thunderbird"}, schemas.Opened},
		"click by a program":        {schemas.Event{Kind: schemas.Clicked, UserAgent: "Mozilla/5.0"}, schemas.MachineClicked},
		"read by a program":         {schemas.Event{Kind: schemas.Read, UserAgent: "Mozilla/5.0"}, schemas.MachineRead},
		"link to unsubscribe":       {schemas.Event{Kind: schemas.Unsubscribed, UserAgent: "ISPScanner/1", Command: ""}, schemas.MachineUnsubscribed},
		"one-click unsubscribing":   {schemas.Event{Kind: schemas.Unsubscribed, UserAgent: "Go-http-client/2.0", Command: "POST"}, schemas.Unsubscribed},
		"opt-out report":            {schemas.Event{Kind: schemas.Unsubscribed, UserAgent: "ISPScanner/1", Source: schemas.SourceARF}, schemas.Unsubscribed},
		"complaint's program":       {schemas.Event{Kind: schemas.Complained, UserAgent: "curl/8", Source: schemas.SourceARF}, schemas.Complained},
		"agent that is nobody's":    {schemas.Event{Kind: schemas.Opened}, schemas.Opened},
		"image proxy of a person's": {schemas.Event{Kind: schemas.Opened, UserAgent: "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}, schemas.Opened},
	} {
		c.ev.ID = 2
		delivered := schemas.Event{ID: 1, Kind: schemas.Delivered, Source: schemas.SourcePostfix}
		view := usualRules.Evaluate(&Message{Key: fill([]schemas.Event{delivered, c.ev}), Clock: func(string) int64 { return 0 }})
		if got := view.Points[len(view.Points)-1].Kind; got != c.want {
			t.Errorf("%s is read as %s, want %s", name, got, c.want)
		}
	}
}
