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
		"question by a browser":     {schemas.Event{Kind: schemas.Opened, UserAgent: "Thunderbird", Command: "HEAD"}, schemas.MachineOpened},
		"one-click from a gateway":  {schemas.Event{Kind: schemas.Unsubscribed, IP: "67.231.150.1", Command: "POST"}, schemas.Unsubscribed},
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

// Of hits that are counted and not kept only the agent is known: where the kept ones
// of that agent were told from others by more, they count as nobody's.
func TestCountsOfWhatAgentsDoNotSay(t *testing.T) {
	row := func(requests ...string) schemas.Row {
		events := []schemas.Event{{ID: 1 << 40, Kind: schemas.Delivered, Source: schemas.SourcePlatform}}
		for i := range 100 {
			ev := schemas.Event{ID: schemas.EventID(i + 1), Kind: schemas.Opened, Time: int64(i+1) * 60_000, UserAgent: "a", Command: requests[i%len(requests)]}
			if i%4 == 3 {
				ev.UserAgent = "b"
			}
			events = append(events, ev)
		}
		return usualRules.Evaluate(&Message{Key: fill(events), Clock: func(string) int64 { return 0 }}).Row
	}
	for name, c := range map[string]struct {
		row              schemas.Row
		people, machines uint32
		atLeast          bool
	}{
		"of people":         {row("GET"), 100, 0, false},
		"that ask by HEAD":  {row("HEAD"), 0, 32, true},
		"of which one does": {row("HEAD", "HEAD", "HEAD", "GET"), 25, 24, true},
	} {
		if r := c.row; r.Opens != c.people || r.MachineOpens != c.machines || r.AtLeast != c.atLeast {
			t.Errorf("agents %s: %d and %d opens, at least: %v", name, r.Opens, r.MachineOpens, r.AtLeast)
		}
	}
}
