package main

import (
	"fmt"
	"time"
)

// gatedAlias is an alias whose second mailbox decides only after a person has opened what reached the first.
type gatedAlias struct {
	who       *addressee
	reopen    bool // and opens it once more after the second mailbox refused
	accepted  chan struct{}
	rejected  chan struct{}
	mayRefuse chan struct{}
}

// quietTime separates what must not be taken for the other way round: engagement counts as 5 s later than stamped.
const quietTime = 8 * time.Second

// tellAliases tells of addresses of ours that stand for others'.
func (t *storyteller) tellAliases(all bool) {
	gone := badAddress[7]
	for range 4 {
		t.alias(accepts)
		t.alias(accepts, accepts)
		t.alias(rejects, accepts)
		if !all {
			return
		}
	}
	for range 2 {
		t.alias(rejects, rejects)
		t.alias(accepts, stalls)
		t.alias(rejects)
	}
	for i := range 6 {
		g := &gatedAlias{reopen: i%2 == 1, accepted: make(chan struct{}), rejected: make(chan struct{}), mayRefuse: make(chan struct{})}
		first, second := t.crowd.someone("gmail.example"), t.crowd.someone(gone.domain)
		g.who = &addressee{written: t.aliasFor(first, second), boxes: []*mailbox{
			{address: first, end: accepts, changed: func() { close(g.accepted) }},
			{address: second, end: rejects, last: gone.reply, held: g.mayRefuse, changed: func() { close(g.rejected) }},
		}}
		t.send(byApp, g.who).slow = true
		t.gated = append(t.gated, g)
	}
}

// alias tells of a letter to an alias whose mailboxes end so.
func (t *storyteller) alias(ends ...ending) {
	a := &addressee{}
	var targets []string
	for _, end := range ends {
		b := &mailbox{address: t.crowd.someone("icloud.example"), end: end}
		switch end {
		case rejects:
			b.last = badAddress[7].reply
		case stalls:
			b.last = forEver[1].reply
		}
		a.boxes = append(a.boxes, b)
		targets = append(targets, b.address)
	}
	a.written = t.aliasFor(targets...)
	t.send(byApp, a).slow = true
}

func (t *storyteller) aliasFor(targets ...string) string {
	addr := fmt.Sprintf("team%d@%s", len(t.aliases)+1, listDomain)
	t.aliases[addr] = targets
	return addr
}
