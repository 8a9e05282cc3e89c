package status

import (
	"slices"

	"mailfate/schemas"
)

const (
	// countExactly is how many events of one kind are counted exactly.
	countExactly = 256

	// unknownAgent is who did what was counted before agents were noted. No
	// agent that is text sorts behind it.
	unknownAgent = "\xff"
)

// agentOf is who did it: who fetches is what tells a machine from a person, by
// the rules of the day when the set is read.
func agentOf(ev *schemas.Event) string {
	if ev.Kind.Stage() != schemas.StageEngagement {
		return ""
	}
	return min(ev.UserAgent, unknownAgent)
}

// countedOf finds the count of a kind; nil while all of its events are kept.
func countedOf(s *schemas.Snapshot, k schemas.Kind) *schemas.Counted {
	for i := range s.Counted {
		if s.Counted[i].Kind == k {
			return &s.Counted[i]
		}
	}
	return nil
}

// count takes an event into those of its kind, and with the first one all that
// are kept.
func count(s *schemas.Snapshot, k schemas.Kind, id schemas.EventID, agent string) bool {
	if c := countedOf(s, k); c != nil {
		return addCounted(c, id, agent)
	}
	at := 0
	for at < len(s.Counted) && s.Counted[at].Kind < k {
		at++
	}
	s.Counted = slices.Insert(s.Counted, at, schemas.Counted{Kind: k})
	first, end := run(s.Events, k)
	for i := first; i < end; i++ {
		addCounted(&s.Counted[at], s.Events[i].ID, agentOf(&s.Events[i]))
	}
	addCounted(&s.Counted[at], id, agent)
	return true
}

// addCounted keeps the smallest ids, each with who did it; an id that two agents
// claim is there twice.
func addCounted(c *schemas.Counted, id schemas.EventID, agent string) bool {
	byAgent := c.Kind.Stage() == schemas.StageEngagement
	if byAgent && len(c.Agents) < len(c.IDs) {
		c.Agents = slices.Repeat([]string{unknownAgent}, len(c.IDs))
	}
	at, found := slices.BinarySearch(c.IDs, id)
	for ; found && byAgent && at < len(c.IDs) && c.IDs[at] == id; at++ {
		if c.Agents[at] >= agent {
			break
		}
	}
	if found && at < len(c.IDs) && c.IDs[at] == id && (!byAgent || c.Agents[at] == agent) || at == countExactly {
		return false
	}
	c.IDs = slices.Insert(c.IDs[:min(len(c.IDs), countExactly-1)], at, id)
	if byAgent {
		c.Agents = slices.Insert(c.Agents[:min(len(c.Agents), countExactly-1)], at, agent)
	}
	return true
}

// agentAt is who did what is counted at i.
func agentAt(c *schemas.Counted, i int) string {
	if i < len(c.Agents) {
		return c.Agents[i]
	}
	if c.Kind.Stage() == schemas.StageEngagement {
		return unknownAgent
	}
	return ""
}
