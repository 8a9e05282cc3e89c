package status

import (
	"cmp"
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

// A countedEvent is one that is known by its id and agent alone.
type countedEvent struct {
	id    schemas.EventID
	agent string
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
	for _, s := range src.Own {
		for i := range s.Counted {
			r.AtLeast = r.AtLeast || thinned(r, s.Counted[i].Kind)
		}
	}
}

// thinned reports whether a count is too small because not all events of a kind
// are kept: attempts are told by those that are, and so is what is suspicious.
func thinned(r *schemas.Row, k schemas.Kind) bool {
	switch k {
	case schemas.Resend:
		return true
	case schemas.Read, schemas.Unsubscribed, schemas.Complained:
		return r.Suspicious > 0
	}
	return false
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
		t.takeCounted(&c, s, k)
	}
	for _, s := range src.Whole {
		switch {
		case k.Stage() == schemas.StageTransport:
			c.atLeast = c.atLeast || countedOf(s, k) != nil // under which queue id is not known
		case src.Sole:
			t.takeCounted(&c, s, k)
		}
	}
	if len(t.counted) > 0 {
		t.tallyCounted(&c, k)
	}
	return c
}

// takeCounted gathers what a record counts of a kind.
func (t *timeline) takeCounted(c *tally, s *schemas.Snapshot, k schemas.Kind) {
	of := countedOf(s, k)
	if of == nil {
		return
	}
	more := len(t.counted) > 0
	for i, id := range of.IDs {
		t.counted = append(t.counted, countedEvent{id, agentAt(of, i)})
	}
	if more {
		slices.SortFunc(t.counted, func(a, b countedEvent) int {
			return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.agent, b.agent))
		})
	}
	c.atLeast = c.atLeast || len(of.IDs) == countExactly
}

// tallyCounted adds what was counted and not kept. Of such events it is known
// only that there were so many, by whom: they count as their agents alone and the
// kept ones do, and where these differ, as what they may at least be.
func (t *timeline) tallyCounted(c *tally, k schemas.Kind) {
	kept := t.keptIDs(k)
	t.findOdd(k)
	onlySuspicious := c.suspicious > 0 && c.people+c.machines == 0
	mixed := c.suspicious > 0 && !onlySuspicious
	agent, odd, machine := unknownAgent, true, false // the last one's
	for i, ev := range t.counted {
		for len(kept) > 0 && kept[0] < ev.id {
			kept = kept[1:]
		}
		switch {
		case len(kept) > 0 && kept[0] == ev.id, i > 0 && t.counted[i-1].id == ev.id:
		case onlySuspicious:
			c.more++
		case mixed || ev.agent == unknownAgent:
			c.atLeast = true
		default:
			if ev.agent != agent {
				agent, odd, machine = ev.agent, slices.Contains(t.odd, ev.agent), t.byName(ev.agent, k)
			}
			c.addByAgent(odd, machine)
		}
	}
}

// addByAgent counts an event of which the agent says whose it is, unless that is odd.
func (c *tally) addByAgent(odd, machine bool) {
	switch {
	case odd:
		c.atLeast = true
	case machine:
		c.machines++
	default:
		c.people++
	}
}

// byName reports whether a hit is a machine's as far as its agent says.
func (t *timeline) byName(agent string, k schemas.Kind) bool {
	m := t.replies.Machines()
	return m.ByName(t.seen.agent(m, agent), k).Machine()
}

// findOdd finds the agents of which a hit of the kind that is kept was told to be
// somebody's by more than the agent: what is not kept of theirs may be anybody's.
func (t *timeline) findOdd(k schemas.Kind) {
	t.odd = t.odd[:0]
	for i := range t.points {
		p := &t.points[i]
		if p.Derived || p.Event.Kind != k || k.Stage() != schemas.StageEngagement || p.Fetcher.ByName() && !asked(p.Event) {
			continue
		}
		if agent := agentOf(p.Event); p.machine() != t.byName(agent, k) && !slices.Contains(t.odd, agent) {
			t.odd = append(t.odd, agent)
		}
	}
}

// keptIDs are the ids of the points of a kind, ascending.
func (t *timeline) keptIDs(k schemas.Kind) []schemas.EventID {
	t.ids = t.ids[:0]
	for i := range t.points {
		if p := &t.points[i]; !p.Derived && p.Event.Kind == k {
			t.ids = append(t.ids, p.ID)
		}
	}
	slices.Sort(t.ids)
	return t.ids
}
