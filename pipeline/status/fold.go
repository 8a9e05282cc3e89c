package status

import "mailfate/schemas"

// fold takes the timeline through every vocabulary's table and appends the
// steps that change a status to history.
func fold(points []Point, history []schemas.Change) []schemas.Change {
	var now schemas.Statuses
	for i := range points {
		p := &points[i]
		if p.Suspicious || p.Moot {
			continue
		}
		next := now
		for v, voc := range schemas.Vocabularies {
			next[v] = voc.Next(now[v], p.Kind, p.Reason)
		}
		if next == now {
			continue
		}
		c := schemas.Change{
			Cause: p.ID, Kind: p.Kind, Reason: p.Reason, Time: p.Time, Derived: p.Derived,
			Before: now, After: next,
		}
		if !p.Derived {
			c.Code, c.Enhanced, c.Reply, c.URL = p.Event.Code, p.Event.Enhanced, p.Event.Reply, p.Event.URL
		}
		history = append(history, c)
		now = next
	}
	return history
}
