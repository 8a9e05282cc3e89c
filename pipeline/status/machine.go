package status

import (
	"slices"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// machine reports whether the point is a reader's doing that no person did.
func (p *Point) machine() bool {
	return p.Kind >= schemas.MachineOpened && p.Kind <= schemas.MachineUnsubscribed
}

// asked reports whether a program did it for somebody who asked: one-click
// unsubscribing (RFC 8058) is a POST by the reader's provider, and a report is
// written by it.
func asked(ev *schemas.Event) bool {
	return ev.Source == schemas.SourceARF || ev.Kind == schemas.Unsubscribed && ev.Command == "POST"
}

// judgeHits tells machines from people, by the points in their order, which it may
// change. A hit is judged by what was observed of others, never by what they are
// taken for, so that one verdict does not hang on another.
func (t *timeline) judgeHits() (moved bool) {
	m := t.replies.Machines()
	t.around.points = t.points
	for i := range t.points {
		p := &t.points[i]
		ev := p.Event
		if ev.Kind.Stage() != schemas.StageEngagement || asked(ev) {
			continue
		}
		t.around.hit = p
		h := classify.Hit{Kind: ev.Kind, Request: ev.Command, URL: ev.URL, Nets: t.seen.nets(m, ev.IP)}
		p.Fetcher = m.Judge(t.seen.agent(m, ev.UserAgent), &h, &t.around)
		moved = moved || p.Fetcher.Machine()
	}
	if !moved {
		return false
	}
	for i := range t.points {
		if p := &t.points[i]; p.Fetcher.Machine() {
			p.Kind += schemas.MachineOpened - schemas.Opened
			p.rank = 2 * int(p.Kind)
		}
	}
	return true
}

// noteRules notes on the row what was a machine's doing, and by which rules.
func (t *timeline) noteRules(r *schemas.Row, src *Sources) {
	t.labels = t.labels[:0]
	for i := range t.points {
		p := &t.points[i]
		if !p.machine() || p.Suspicious {
			continue
		}
		label := p.Fetcher.Label(p.Event.Kind)
		if at, found := slices.BinarySearch(t.labels, label); !found {
			t.labels = slices.Insert(t.labels, at, label)
		}
	}
	switch before := src.Own[0].Row.MachineRules; {
	case len(t.labels) == 0:
	case slices.Equal(before, t.labels):
		r.MachineRules = before // most are as they were
	default:
		r.MachineRules = slices.Clone(t.labels)
	}
}

// seen remembers what agents and addresses say: few are seen, again and again.
type seen struct {
	lately    [256]seenAgent // by shortHash: most agents are found here
	addresses [64]seenAddress
	agents    map[string]classify.Agent
}

type seenAgent struct {
	known bool
	name  string
	says  classify.Agent
}

type seenAddress struct {
	address string
	nets    classify.Nets
}

// maxAgents is how many agents are remembered at a time.
const maxAgents = 1024

func (s *seen) agent(m *classify.Machines, name string) classify.Agent {
	slot := &s.lately[shortHash(name)%len(s.lately)]
	if slot.known && slot.name == name {
		return slot.says
	}
	says, known := s.agents[name]
	if !known {
		says = m.Agent(name)
		if s.agents == nil || len(s.agents) == maxAgents {
			s.agents = make(map[string]classify.Agent)
		}
		s.agents[name] = says
	}
	*slot = seenAgent{true, name, says}
	return says
}

func (s *seen) nets(m *classify.Machines, address string) classify.Nets {
	if address == "" {
		return 0
	}
	slot := &s.addresses[shortHash(address)%len(s.addresses)]
	if slot.address != address {
		*slot = seenAddress{address, m.Nets(address)}
	}
	return slot.nets
}

// shortHash looks at little of a text, for agents differ in their length or end.
func shortHash(s string) int {
	n := len(s)
	if n == 0 {
		return 0
	}
	return 31*n + 7*int(s[n-1]) + 13*int(s[max(n-2, 0)]) + int(s[n/2])
}
