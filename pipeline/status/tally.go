package status

import (
	"slices"

	"mailfate/schemas"
)

// A tally counts the distinct events of one kind, by what the timeline reads
// them as.
type tally struct {
	people, machines uint32
	suspicious       uint32 // of those that are kept
	more             uint32 // of those that are not
	atLeast          bool
}

// countUp counts events, of which the sets may know more than the timeline has
// points for.
func (t *timeline) countUp(r *schemas.Row, src *Sources) {
	deferrals := t.tally(src, schemas.Deferred)
	opens := t.tally(src, schemas.Opened)
	clicks := t.tally(src, schemas.Clicked)
	r.Deferrals, r.Opens, r.Clicks = deferrals.people, opens.people, clicks.people
	r.MachineOpens, r.MachineClicks = opens.machines, clicks.machines
	for _, c := range []tally{deferrals, opens, clicks} {
		r.Suspicious += c.more // the others were counted with every kind's
		r.AtLeast = r.AtLeast || c.atLeast
	}
}

func (t *timeline) tally(src *Sources, k schemas.Kind) (c tally) {
	for i := range t.points {
		p := &t.points[i]
		switch {
		case p.Derived || p.Event.Kind != k:
		case p.Suspicious:
			c.suspicious++
		case p.machine():
			c.machines++
		default:
			c.people++
		}
	}
	t.counted = t.counted[:0]
	for _, s := range src.Own {
		t.takeCounted(s, k)
	}
	for _, s := range src.Whole {
		switch {
		case k.Stage() == schemas.StageTransport:
			c.atLeast = c.atLeast || isCounted(s, k) // under which queue id is not known
		case src.Sole:
			t.takeCounted(s, k)
		}
	}
	if len(t.counted) > 0 {
		t.tallyCounted(&c, k)
	}
	return c
}

func (t *timeline) takeCounted(s *schemas.Snapshot, k schemas.Kind) {
	first, end := countedOf(s, k)
	t.counted = append(t.counted, s.Counted[first:end]...)
}

// tallyCounted adds what was counted and not kept. Of such events it is known
// only that there were so many, by whom: they count as their agents and the kept
// ones do, and where these differ, as what they may at least be.
func (t *timeline) tallyCounted(c *tally, k schemas.Kind) {
	kept := t.ids[:0]
	for i := range t.points {
		if p := &t.points[i]; !p.Derived && p.Event.Kind == k {
			kept = append(kept, p.ID)
		}
	}
	t.ids = kept
	slices.Sort(kept)
	onlySuspicious := c.suspicious > 0 && c.people+c.machines == 0
	mixed := c.suspicious > 0 && !onlySuspicious
	for i, group := range t.counted {
		n := t.unkept(i, kept)
		switch {
		case n == 0:
		case onlySuspicious:
			c.more += n
		case mixed || group.Agent == otherAgents:
			c.atLeast = true
		case t.isMachine(group.Agent):
			c.machines += n
		default:
			c.people += n
		}
		c.atLeast = c.atLeast || len(group.IDs) == countExactly
	}
}

// unkept is how many ids of a group are neither kept nor in a group before it.
func (t *timeline) unkept(group int, kept []schemas.EventID) (n uint32) {
	for _, id := range t.counted[group].IDs {
		for len(kept) > 0 && kept[0] < id {
			kept = kept[1:]
		}
		if len(kept) > 0 && kept[0] == id {
			continue
		}
		before := slices.ContainsFunc(t.counted[:group], func(c schemas.Counted) bool {
			_, found := slices.BinarySearch(c.IDs, id)
			return found
		})
		if !before {
			n++
		}
	}
	return n
}
