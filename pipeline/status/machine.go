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
	lately [64]remembered // by shortHash: most agents are found here
	agents map[string]bool
}

type remembered struct {
	agent string
	is    bool
}

// maxAgents is how many agents are remembered at a time.
const maxAgents = 1024

func (t *timeline) isMachine(agent string) bool {
	if agent == "" {
		return false
	}
	m := &t.machines
	slot := &m.lately[shortHash(agent)%len(m.lately)]
	if slot.agent == agent {
		return slot.is
	}
	is, known := m.agents[agent]
	if !known {
		is = classify.Machine(agent)
		if m.agents == nil || len(m.agents) == maxAgents {
			m.agents = make(map[string]bool)
		}
		m.agents[agent] = is
	}
	*slot = remembered{agent, is}
	return is
}

// shortHash looks at little of a text, for agents differ in their length or end.
func shortHash(s string) int {
	n := len(s)
	return 31*n + 7*int(s[n-1]) + int(s[n/2])
}
