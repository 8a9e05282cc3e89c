package status

import (
	"slices"

	"mailfate/schemas"
)

// Kinds of which a set has more events than it keeps are counted by the ids of
// all their events, apart by user agent: who fetched is what tells a machine
// from a person, by the rules of the day when the set is read.
const (
	// countExactly is how many events of one kind and agent are counted exactly.
	countExactly = 256

	// countApart is how many agents are counted apart from each other.
	countApart = 8

	// otherAgents stands for all the rest. No agent that is text sorts behind it.
	otherAgents = "\xff"
)

// agentOf is who an event is counted under.
func agentOf(ev *schemas.Event) string {
	if ev.Kind.Stage() != schemas.StageEngagement {
		return ""
	}
	return ev.UserAgent
}

// countedOf returns where the counts of a kind begin and end.
func countedOf(s *schemas.Snapshot, k schemas.Kind) (first, end int) {
	for first < len(s.Counted) && s.Counted[first].Kind < k {
		first++
	}
	end = first
	for end < len(s.Counted) && s.Counted[end].Kind == k {
		end++
	}
	return first, end
}

func isCounted(s *schemas.Snapshot, k schemas.Kind) bool {
	first, end := countedOf(s, k)
	return end > first
}

// isApart reports whether an agent is counted apart from the others.
func isApart(s *schemas.Snapshot, k schemas.Kind, agent string) bool {
	first, end := countedOf(s, k)
	for _, c := range s.Counted[first:end] {
		if c.Agent == agent {
			return agent < otherAgents
		}
	}
	return false
}

// count takes ids into those of a kind and agent, and with the first of them
// the events of the kind that are kept.
func count(s *schemas.Snapshot, k schemas.Kind, agent string, ids ...schemas.EventID) bool {
	if !isCounted(s, k) {
		first, end := run(s.Events, k)
		for i := first; i < end; i++ {
			countMore(s, k, agentOf(&s.Events[i]), s.Events[i].ID)
		}
	}
	return countMore(s, k, agent, ids...)
}

// countMore is count for a kind that is counted already. The agents counted
// apart are the smallest of all that were ever seen, so that no order decides
// which.
func countMore(s *schemas.Snapshot, k schemas.Kind, agent string, ids ...schemas.EventID) bool {
	first, end := countedOf(s, k)
	agent = min(agent, otherAgents)
	at := first
	for at < end && s.Counted[at].Agent < agent {
		at++
	}
	if at < end && s.Counted[at].Agent == agent {
		return addSmallestIDs(&s.Counted[at], ids)
	}
	if at-first >= countApart && agent != otherAgents {
		return countMore(s, k, otherAgents, ids...)
	}
	s.Counted = slices.Insert(s.Counted, at, schemas.Counted{Kind: k, Agent: agent})
	addSmallestIDs(&s.Counted[at], ids)
	if last := first + countApart; last <= end && s.Counted[last].Agent != otherAgents {
		pushedOut := s.Counted[last].IDs
		s.Counted = slices.Delete(s.Counted, last, last+1)
		countMore(s, k, otherAgents, pushedOut...)
	}
	return true
}

func addSmallestIDs(c *schemas.Counted, ids []schemas.EventID) (changed bool) {
	for _, id := range ids {
		at, found := slices.BinarySearch(c.IDs, id)
		if found || at == countExactly {
			continue
		}
		c.IDs = slices.Insert(c.IDs[:min(len(c.IDs), countExactly-1)], at, id)
		changed = true
	}
	return changed
}
