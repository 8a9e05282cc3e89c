package classify

import (
	"bytes"
	"slices"
	"strings"

	"mailfate/schemas"
)

// The kinds of hits.
const (
	firstHit = schemas.Opened
	lastHit  = schemas.Unsubscribed
	hitKinds = lastHit - firstHit + 1
)

// machineRule is one rule of the file, compiled.
type machineRule struct {
	name     string
	means    string           // in words
	machine  bool             // else a person
	labels   [hitKinds]string // see Fetcher.Label
	agent    agentCondition
	kinds    []schemas.Kind
	requests []string
	networks []string
	nets     Nets // of networks
	links    []string
	traps    []string

	delivered       bool // within seconds
	deliveredWithin int64
	unopened        bool
	many            int // links within seconds
	manyWithin      int64
}

// agentCondition is what a user agent, in lower case, is or holds.
type agentCondition struct{ is, begins, has [][]byte }

func (c *agentCondition) fits(lower []byte) bool {
	if len(c.is)+len(c.begins)+len(c.has) == 0 {
		return true
	}
	for _, s := range c.is {
		if bytes.Equal(lower, s) {
			return true
		}
	}
	for _, s := range c.begins {
		if bytes.HasPrefix(lower, s) {
			return true
		}
	}
	for _, s := range c.has {
		if bytes.Contains(lower, s) {
			return true
		}
	}
	return false
}

// named reports whether nothing but the agent and the kind decides.
func (r *machineRule) named() bool {
	return len(r.requests)+len(r.networks)+len(r.links)+len(r.traps)+r.many == 0 && !r.delivered && !r.unopened
}

// meets reports whether a hit of which the agent and the kind are right meets all
// other conditions.
func (r *machineRule) meets(h *Hit, around Around) bool {
	return r.asks(h.Request) &&
		(len(r.networks) == 0 || r.nets&h.Nets != 0) &&
		(len(r.links) == 0 || HoldsAny(h.URL, r.links)) &&
		(!r.delivered || around.DeliveredWithin(r.deliveredWithin)) &&
		(!r.unopened || around.Unopened()) &&
		(r.many == 0 || around.Links(r.many, r.manyWithin) >= r.many) &&
		(len(r.traps) == 0 || around.Followed(r.traps))
}

// asks reports whether one of the words of a request is the rule's.
func (r *machineRule) asks(request string) bool {
	if len(r.requests) == 0 {
		return true
	}
	for word := range strings.FieldsSeq(request) {
		if slices.Contains(r.requests, word) {
			return true
		}
	}
	return false
}

// HoldsAny reports whether one of the parts is in s: how links are compared.
func HoldsAny(s string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// machineSet is a set of rules by their place.
type machineSet [maxMachineRules / 64]uint64

func (s *machineSet) add(i int) { s[i/64] |= 1 << (i % 64) }

// only takes out what is not in the other set too.
func (s *machineSet) only(o *machineSet) {
	for i := range s {
		s[i] &= o[i]
	}
}
