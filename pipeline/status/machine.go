package status

import (
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

// machines remembers which agents are machines: few are seen, again and again.
type machines struct {
	last   string
	was    bool
	agents map[string]bool
}

// maxAgents is how many agents are remembered at a time.
const maxAgents = 1024

func (t *timeline) isMachine(agent string) bool {
	m := &t.machines
	if agent == m.last {
		return m.was
	}
	is, known := m.agents[agent]
	if !known {
		is = classify.Machine(agent)
		if m.agents == nil || len(m.agents) == maxAgents {
			m.agents = make(map[string]bool)
		}
		m.agents[agent] = is
	}
	m.last, m.was = agent, is
	return is
}
