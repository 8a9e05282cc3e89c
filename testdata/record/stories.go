package main

import (
	"fmt"
	"strings"
)

// putOff tells of a letter that is taken in the end.
func (t *storyteller) putOff(f fault) {
	first := []reply{f.reply}
	for range t.rnd.IntN(3) {
		first = append(first, f.reply)
	}
	t.send(byApp, t.box(t.crowd.someone(f.domain), accepts, reply{}, first...)).slow = true
}

// refuse tells of a letter that comes back, now and then after it was put off first.
func (t *storyteller) refuse(f fault, via entry) {
	a := t.box(t.crowd.someone(f.domain), rejects, f.reply)
	if f.reply.stage == atRcpt && t.n%7 == 0 {
		a.boxes[0].first = []reply{heldReply}
	}
	t.send(via, a).slow = true
}

// several tells of one letter to people with different fates.
func (t *storyteller) several(i int) {
	to := []*addressee{t.to(t.crowd.someone("gmail.example")), t.to(t.crowd.someone("icloud.example"))}
	f := badAddress[i%len(badAddress)]
	to = append(to, t.box(t.crowd.someone(f.domain), rejects, f.reply))
	switch i % 3 {
	case 0:
		to = append(to, t.box(t.crowd.someone("gmail.example"), accepts, reply{}, later[0].reply))
	case 1:
		to = append(to, t.box(t.crowd.someone("corp.example"), stalls, forEver[4].reply))
	default:
		to = append(to, t.box(t.crowd.someone("gmx.example"), rejects, notNow[0].reply))
	}
	t.send(byApp, to...).slow = true
}

// filtered tells of a letter through the content filter, with each fate.
func (t *storyteller) filtered(i int) {
	switch i % 8 {
	case 0:
		t.refuse(badAddress[i%len(badAddress)], byFilter)
	case 1:
		t.send(byFilter, t.box(t.crowd.someone("corp.example"), accepts, reply{}, heldReply)).slow = true
	case 2:
		to := []*addressee{t.to(t.crowd.someone("gmail.example")), t.to(t.crowd.someone("yahoo.example")), t.to(t.crowd.someone("gmail.example"))}
		t.send(byFilter, append(to, t.box(t.crowd.someone("icloud.example"), rejects, badAddress[7].reply))...)
	case 3:
		if i%16 == 3 {
			t.send(byFilter, t.box(t.crowd.someone("corp.example"), stalls, forEver[4].reply)).slow = true
			return
		}
		t.refuse(notNow[i%len(notNow)], byFilter)
	default:
		t.send(byFilter, t.to(t.crowd.anyone()))
	}
}

// fromOutside tells of a stranger's answer to one of our letters, which ends in our own mailbox.
func (t *storyteller) fromOutside() {
	box := fmt.Sprintf("reply%d@%s", t.n%3, newsDomains[0])
	a := &addressee{written: box, boxes: []*mailbox{{address: box, end: delivers}}}
	l := t.send(byOutside, a)
	l.sender = fmt.Sprintf("guest%06d@stranger.example", t.n)
	t.inbound++
}

// sameIDTwice tells of an application that hands over one text, with one Message-ID, once for each recipient.
func (t *storyteller) sameIDTwice() {
	id := ""
	for i, addr := range t.crowd.few(3) {
		l := t.send(byApp, t.to(addr))
		if i == 0 {
			id = l.id
		}
		l.id = id
	}
}

// deadEnds tells of domains that Postfix never gets through to.
func (t *storyteller) deadEnds() {
	for _, domain := range sortedKeys(deadEnds) {
		d := deadEnds[domain]
		n := 2
		if d.end == bounces {
			n = 4
		}
		if t.classic {
			n = 1
		}
		for range n {
			a := t.box(t.crowd.someone(domain), d.end, reply{enhanced: d.enhanced, reason: d.reason})
			t.send(byApp, a).slow = true
		}
	}
}

// mailing tells of one letter to very many.
func (t *storyteller) mailing(n int) {
	var to []*addressee
	for i, addr := range t.crowd.few(n) {
		_, domain, _ := strings.Cut(addr, "@")
		a := t.to(addr)
		switch {
		case i%17 == 3:
			a = t.box(addr, rejects, rcptReply(badAddress, domain))
		case i%29 == 5:
			a = t.box(addr, accepts, reply{}, rcptReply(later, domain))
		}
		to = append(to, a)
	}
	l := t.send(byApp, to...)
	l.slow, l.campaign, l.tags, l.subject = true, "autumn-sale", []string{"newsletter", "autumn"}, "The autumn sale has begun"
	l.id = fmt.Sprintf("autumn-sale.%d.%x@news.mailfate.example", n, t.rnd.Uint64()>>32)
}

// rcptReply is a reply of this domain to a recipient, or of another when it has none.
func rcptReply(from []fault, domain string) reply {
	for _, f := range from {
		if f.domain == domain && f.reply.stage == atRcpt {
			return f.reply
		}
	}
	return from[0].reply
}

// oddities are letters that each show one thing.
func (t *storyteller) oddities() {
	idn := t.to("info@bücher.example")
	t.send(byApp, idn).utf8 = true
	t.send(byApp, t.to("jürgen.groß@bücher.example")).utf8 = true

	foreign := t.box("käthe@old-school.example", bounces, reply{enhanced: "5.6.7", reason: "protocol_error"})
	t.send(byApp, foreign).utf8 = true
	for range 2 {
		big := t.box(t.crowd.someone(oldDomain), bounces, reply{enhanced: "5.3.4", reason: "too_large"})
		t.send(byApp, big).size = 30000
	}
	for _, addr := range []string{`o'neil@gmail.example`, `"two words"@corp.example`, "a=b@gmail.example", "100%wool@gmx.example", "x.#!$&*-/?^_`{|}~@icloud.example", "UPPER.CASE@GMAIL.EXAMPLE"} {
		t.send(byApp, t.to(addr))
	}
	for range 3 {
		t.send(byApp, t.to(t.crowd.someone("gmail.example"))).notify = true
	}
	expelled := t.send(byApp, t.box(t.crowd.someone("corp.example"), stalls, forEver[4].reply))
	expelled.expel, expelled.slow = true, true

	policy := &reply{code: 550, enhanced: "5.7.1", lines: []string{"<" + closedAddr + ">: Recipient address rejected: this mailbox takes no newsletters"}, reason: "policy"}
	for range 2 {
		t.send(byApp, t.to(t.crowd.anyone()), &addressee{written: closedAddr, refused: policy})
	}
	stopped := t.send(byApp, &addressee{written: t.crowd.anyone(), refused: &reply{code: 550, enhanced: "5.7.1", lines: []string{"Test letters stay in the house"}, reason: "policy"}})
	stopped.header = "X-Stop: test"
}
