package status

import (
	"fmt"
	"strings"
	"testing"

	"mailfate/schemas"
)

// coverage is what the scenarios have shown of the tables: the scenario that
// was the first to show it.
type coverage struct {
	reached, left, stayed [len(schemas.Vocabularies)]map[schemas.Status]string
	fired                 [len(schemas.Vocabularies)]map[*schemas.Rule]string
}

func newCoverage() *coverage {
	c := &coverage{}
	for v := range schemas.Vocabularies {
		c.reached[v], c.left[v], c.stayed[v] = map[schemas.Status]string{}, map[schemas.Status]string{}, map[schemas.Status]string{}
		c.fired[v] = map[*schemas.Rule]string{}
	}
	return c
}

// note folds the timelines of a world again and notes what that shows.
func (c *coverage) note(scenario string, w *world) {
	for _, id := range w.identities() {
		for v := range schemas.Vocabularies {
			now := schemas.None
			for _, p := range w.points[id] {
				if !p.Suspicious {
					now = c.step(scenario, v, now, &p)
				}
			}
		}
	}
}

// step notes what one point shows of one vocabulary, and returns where it leads.
func (c *coverage) step(scenario string, v int, now schemas.Status, p *Point) schemas.Status {
	voc := schemas.Vocabularies[v]
	if rule := voc.Rule(now, p.Kind, p.Reason); rule != nil {
		keepFirst(c.fired[v], rule, scenario)
	}
	next := voc.Next(now, p.Kind, p.Reason)
	switch {
	case next != now:
		keepFirst(c.left[v], now, scenario)
		keepFirst(c.reached[v], next, scenario)
	case voc.Row(now).Final && matters(voc, p):
		keepFirst(c.stayed[v], now, scenario)
	}
	return next
}

func keepFirst[K comparable](m map[K]string, k K, scenario string) {
	if m[k] == "" {
		m[k] = scenario
	}
}

// matters reports whether what was observed leads anywhere from any status, so
// that it is no wonder only in a final one that it does not.
func matters(voc *schemas.Vocabulary, p *Point) bool {
	for s := range voc.Rows {
		if !p.Derived && int(voc.Next(schemas.Status(s), p.Kind, p.Reason)) != s {
			return true
		}
	}
	return false
}

// wayOut reports whether any event leads on from a status.
func wayOut(voc *schemas.Vocabulary, s schemas.Status) bool {
	for k := range schemas.KindCount {
		for _, r := range append([]schemas.Reason{schemas.ReasonNone}, k.Reasons()...) {
			if voc.Next(s, k, r) != s {
				return true
			}
		}
	}
	return false
}

// check checks that the scenarios reach and leave every status of every
// vocabulary, try to leave the final ones, and make every rule fire; and logs which do.
func (c *coverage) check(t *testing.T) {
	var list strings.Builder
	for v, voc := range schemas.Vocabularies {
		for i := range voc.Rows[1:] {
			s, row := schemas.Status(i+1), &voc.Rows[i+1]
			fmt.Fprintf(&list, "%-12s %-29s %s\n", voc.Name, row.ID, c.reached[v][s])
			if c.reached[v][s] == "" {
				t.Errorf("%s: no scenario reaches %s", voc.Name, row.ID)
			}
			if c.left[v][s] == "" && wayOut(voc, s) {
				t.Errorf("%s: no scenario leaves %s", voc.Name, row.ID)
			}
			if c.stayed[v][s] == "" && row.Final {
				t.Errorf("%s: no scenario has an event after %s", voc.Name, row.ID)
			}
		}
		rules := voc.Rules()
		for i := range rules {
			if c.fired[v][&rules[i]] == "" {
				t.Errorf("%s: no scenario makes the rule %s: %s fire", voc.Name, voc.Row(rules[i].To).ID, rules[i].Text)
			}
		}
	}
	t.Logf("which scenario reaches which status:\n%s", list.String())
}
