package main

import (
	"fmt"
	"math/rand/v2"
)

// set is one recording: what is sent, and how Postfix logs it.
type set struct {
	name     string
	cast     *cast
	rejects  []*rejection
	gated    []*gatedAlias
	whole    *addressee // of the letter that has it all; nil in the small set
	aliases  map[string][]string
	inbound  int // letters from outside that end in one of our own mailboxes
	zone     string
	classic  bool // RFC 3164 stamps by Postfix itself; no hits, reports or platform
	lifetime int  // seconds until Postfix gives up
	rate     int  // letters a second
	seed     uint64
}

// sizes says how many letters of each kind a set holds.
type sizes struct {
	people, plain, later, bad, notNow, forEver, several, filtered, inbound, odd, mailing, repeats int
}

func newSet(name string, seed uint64) *set {
	return &set{name: name, seed: seed, cast: &cast{bySender: map[string]*letter{}}, aliases: map[string][]string{}}
}

// replaySet is the large set: every story, every source.
func replaySet(seed uint64) *set {
	s := newSet("replay", seed)
	s.zone, s.lifetime, s.rate = "Europe/Berlin", 75, 35
	s.tell(sizes{people: 900, plain: 1720, later: 130, bad: 100, notNow: 110, forEver: 20, several: 45, filtered: 70, inbound: 12, odd: 1, mailing: 200, repeats: 5})
	s.tellPlatformOnly()
	s.tellRejections(4)
	return s
}

// rfc3164Set is the small one: the same Postfix, with classic stamps.
func rfc3164Set(seed uint64) *set {
	s := newSet("replay_rfc3164", seed+1)
	s.zone, s.lifetime, s.rate, s.classic = "UTC", 30, 12, true
	s.tell(sizes{people: 60, plain: 28, later: 5, bad: 6, notNow: 6, forEver: 2, several: 4, filtered: 4, mailing: 10})
	s.tellRejections(1)
	return s
}

// storyteller adds letters to a set.
type storyteller struct {
	*set
	rnd   *rand.Rand
	crowd *crowd
	n     int
}

func (s *set) tell(n sizes) {
	rnd := rand.New(rand.NewPCG(s.seed, 1))
	t := &storyteller{set: s, rnd: rnd, crowd: newCrowd(rnd, n.people)}
	for range n.plain {
		t.send(byApp, t.to(t.crowd.anyone()))
	}
	for i := range n.later {
		t.putOff(later[i%len(later)])
	}
	for i := range n.bad {
		t.refuse(badAddress[i%len(badAddress)], byApp)
	}
	for i := range n.notNow {
		t.refuse(notNow[i%len(notNow)], byApp)
	}
	for i := range n.forEver {
		f := forEver[i%len(forEver)]
		t.send(byApp, t.box(t.crowd.someone(f.domain), stalls, f.reply)).slow = true
	}
	for i := range n.several {
		t.several(i)
	}
	for i := range n.filtered {
		t.filtered(i)
	}
	for range n.inbound {
		t.fromOutside()
	}
	for range n.repeats {
		t.sameIDTwice()
	}
	t.deadEnds()
	t.tellAliases(n.odd > 0)
	if n.odd > 0 {
		t.oddities()
	}
	t.mailing(n.mailing)
	if n.odd > 0 {
		t.tellWhole()
	}
}

// send adds a letter to these addressees.
func (t *storyteller) send(via entry, to ...*addressee) *letter {
	t.n++
	l := &letter{via: via, to: to, subject: pick(t.rnd, subjects), emailID: fmt.Sprintf("em_%06d", t.n)}
	l.sender = fmt.Sprintf("%s+%06d@%s", pick(t.rnd, []string{"bounce", "bounce", "news", "orders"}), t.n, pick(t.rnd, newsDomains))
	if t.n%40 == 0 {
		l.sender = fmt.Sprintf("noreply+%06d@corp.example", t.n)
	}
	l.id = t.messageID()
	if t.n%6 == 0 {
		l.campaign, l.tags = "autumn-sale", []string{"newsletter", "autumn"}
	}
	t.cast.add(l)
	return l
}

var subjects = []string{"Your order is on its way", "News of the week", "Réservation confirmée", "Nur heute: 20 % auf alles", "Please confirm your address", "Your receipt"}

// messageID makes ids of the forms that mail programs make, some with letters that a URL must escape.
func (t *storyteller) messageID() string {
	a, b := t.rnd.Uint64(), t.rnd.Uint64()
	switch t.n % 10 {
	case 0:
		return fmt.Sprintf("CA+%x=%x/%d@mail.gmail.example", a>>20, b>>24, t.n)
	case 1:
		return fmt.Sprintf("%08X.%d%%%x$@shop.example", uint32(a), t.n, b>>40)
	case 2:
		return fmt.Sprintf("%d.%d.JavaMail.app@app1.mailfate.example", t.n, a>>20)
	default:
		return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x@news.mailfate.example", uint32(a), uint16(a>>32), a>>52, 0x8000|uint16(b>>50), b&0xffffffffffff)
	}
}

// to is a recipient whose server takes the letter at once.
func (t *storyteller) to(addr string) *addressee { return t.box(addr, accepts, reply{}) }

// box is a recipient with one mailbox whose story ends so.
func (t *storyteller) box(addr string, end ending, last reply, first ...reply) *addressee {
	return &addressee{written: addr, boxes: []*mailbox{{address: addr, end: end, last: last, first: first}}}
}
