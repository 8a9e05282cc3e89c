package main

import (
	"strings"
	"sync"
	"time"
)

// stage is the point of the SMTP dialogue at which a server objects.
type stage int

const (
	atRcpt stage = iota // in reply to one recipient
	atMail              // in reply to the sender
	atData              // after the text
)

// reply is one answer of a server, and what a person who reads it would say is the reason.
type reply struct {
	stage    stage
	code     int
	enhanced string // empty when the server says none
	lines    []string
	reason   string
}

// ending says how the story of a mailbox ends.
type ending int

const (
	accepts  ending = iota // takes the letter, perhaps not at the first try
	rejects                // refuses it for good
	stalls                 // puts it off until Postfix gives up
	bounces                // Postfix itself returns it; no server is asked
	starves                // Postfix itself never gets through and gives up
	delivers               // Postfix itself puts it into a local mailbox
)

// mailbox is one place where a letter is to arrive, on one of the scripted servers. Its script is fixed beforehand; what
// happened is filled in by the server, under the cast's lock.
type mailbox struct {
	address string
	first   []reply       // temporary replies, given in this order before the end
	end     ending        //
	last    reply         // what a server that rejects or stalls says; what Postfix says when it decides
	held    chan struct{} // when set, the mailbox stalls with heldReply until this is closed

	deferrals int
	said      *reply // the reply given last
	accepted  time.Time
	rejected  time.Time
	changed   func() // told when accepted or rejected
}

// heldReply is what a mailbox says whose end waits for something else in its story.
var heldReply = reply{code: 450, enhanced: "4.7.1", lines: []string{"<{rcpt}>: Recipient address rejected: Greylisted, please come back later"}, reason: "greylisted"}

// objection is what the server says at this stage now, if it objects.
func (b *mailbox) objection(at stage) (reply, bool) {
	r, objects := b.current()
	return r, objects && r.stage == at
}

func (b *mailbox) current() (reply, bool) {
	if b.deferrals < len(b.first) {
		return b.first[b.deferrals], true
	}
	if b.held != nil {
		select {
		case <-b.held:
		default:
			return heldReply, true
		}
	}
	return b.last, b.end == rejects || b.end == stalls
}

// addressee is one identity: a letter and a recipient as the sender wrote it.
type addressee struct {
	letter  *letter
	written string
	boxes   []*mailbox // several when the address is an alias
	refused *reply     // our own Postfix did not take this recipient

	platform []platformEvent // in order
	ends     string          // the status that the platform's events lead to, when the letter never reaches Postfix
	touches  []touch
	reports  map[string]int
}

// letter is one message, as the sending application hands it over.
type letter struct {
	id       string // Message-ID without angle brackets
	sender   string // unique among letters: the servers know a letter by it
	subject  string
	campaign string
	tags     []string
	emailID  string
	to       []*addressee
	via      entry
	slow     bool   // takes long, so it is sent early
	size     int    // of the text, in bytes; 0 for an ordinary one
	header   string // one more header line
	notify   bool   // asks for a notification of success
	utf8     bool
	expel    bool // an administrator expires it by hand

	queueID string
}

// entry is how a letter comes in.
type entry int

const (
	byApp     entry = iota // from an application server, on port 25
	byFilter               // from an application server, through the content filter
	byOutside              // from a stranger, to one of our own mailboxes
	byNobody               // not at all: it ended on the platform
)

// hop names the inner hop that a letter passes, if any.
func (a *addressee) hop() string {
	switch {
	case a.letter.via == byFilter:
		return "filter"
	case strings.HasSuffix(a.written, "@"+relayedDomain):
		return "out"
	default:
		return ""
	}
}

// cast knows all letters by sender and guards what happens to them.
type cast struct {
	mu       sync.Mutex
	bySender map[string]*letter
	letters  []*letter
	notices  int // null-sender mails that arrived at the servers
}

// box finds the mailbox that a server's dialogue is about.
func (c *cast) box(sender, rcpt string) *mailbox {
	l := c.bySender[strings.ToLower(sender)]
	if l == nil {
		return nil
	}
	for _, a := range l.to {
		for _, b := range a.boxes {
			if strings.EqualFold(b.address, rcpt) {
				return b
			}
		}
	}
	return nil
}

func (c *cast) add(l *letter) {
	c.letters = append(c.letters, l)
	c.bySender[strings.ToLower(l.sender)] = l
	for _, a := range l.to {
		a.letter = l
	}
}
