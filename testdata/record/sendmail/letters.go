package main

import (
	"bytes"
	"fmt"
	"strings"
)

// A letter is what is sent, and what becomes of it for each recipient.
type letter struct {
	id     string // Message-ID, "" for none
	sender string
	from   string // the client's address, "" for ours
	cut    bool   // the client leaves in the middle
	notify bool   // asks for a notification of success
	to     []person
}

// A person is one recipient.
type person struct {
	address string
	script  script
	fate    string
	via     []string // who gets it instead, of an alias
}

// The fates.
const (
	delivered   = "delivered"
	bounced     = "bounced"
	expired     = "expired"
	refused     = "refused"
	quarantined = "quarantined"
	unsent      = "unsent"
)

const news = "news@mailfate.example"

const noUser = "550 5.1.1 <someone@mx.example>: no such user here, stat=Sent (ok), dsn=2.0.0"

func letters(set string) []letter {
	id := func(name string) string { return set + "-" + name + "@news.mailfate.example" }
	one := func(name, address, fate string, s ...string) letter {
		return letter{id: id(name), sender: news, to: []person{{address: address, script: s, fate: fate}}}
	}
	crowd := letter{id: id("crowd"), sender: news}
	for i := range 60 {
		crowd.to = append(crowd.to, person{address: fmt.Sprintf("subscriber.number.%02d@mx.example", i), fate: delivered})
	}
	return []letter{
		one("ok", "ok@mx.example", delivered),
		one("grey", "grey@mx.example", delivered, "451 4.7.1 greylisted, come back later", ""),
		one("busy", "busy@mx.example", delivered, "450 try again later", "421 4.3.2 going down", ""),
		one("full", "full@mx.example", expired, "452 4.2.2 mailbox full (queued as ABC)"),
		one("spam", "spam@mx.example", bounced, "data 554 5.7.1 spam, to=<other@mx.example>, stat=Sent"),
		one("lines", "lines@mx.example", bounced, "550-5.1.1 nobody\n550-5.1.1 of that name\n550 5.1.1 is here"),
		one("plain", "plain@mx.example", bounced, "550 no"),
		one("hangup", "hangup@mx.example", delivered, "hang up", ""),
		one("nohost", "x@nosuch.example", bounced),
		one("broken", "x@broken.example", expired),
		one("dead", "x@dead.example", expired),
		one("local", "anna@mailfate.example", delivered),
		one("later", "later@mailfate.example", delivered),
		one("fails", "broken@mailfate.example", bounced),
		one("nobody", "nobody.here@mailfate.example", refused),
		one("alias", "short@mailfate.example", delivered),
		one("pipe", "pipe@mailfate.example", delivered),
		one("quoted", `"odd, <address>"@mx.example`, delivered),
		one("upper", "Upper.Case+Tag@MX.example", delivered),
		one("equals", `"to=x,stat=y"@mx.example`, delivered),
		one(strings.Repeat("long", 40), "ok.long@mx.example", delivered),
		one("$, proto=ESMTP, relay", "ok.odd@mx.example", delivered),
		{sender: news, to: []person{{address: "ok.unnamed@mx.example", fate: delivered}}},
		{id: id("null"), sender: "", to: []person{{address: "ok.null@mx.example", fate: delivered}}},
		{id: id("double"), sender: "", to: []person{{address: "gone.null@mx.example", script: script{noUser}, fate: bounced}}},
		{id: id("lost"), sender: "", to: []person{{address: "x.null@dead.example", fate: expired}}},
		{id: id("receipt"), sender: news, notify: true, to: []person{{address: "ok.receipt@mx.example", fate: delivered}}},
		{id: id("several"), sender: news, to: []person{
			{address: "first@mx.example", fate: delivered},
			{address: "second@mx.example", script: script{noUser}, fate: bounced},
			{address: "third@mx.example", script: script{"451 4.2.0 not now", ""}, fate: delivered},
			{address: "x@dead.example", fate: expired},
			{address: "x@nosuch.example", fate: bounced},
		}},
		{id: id("mixed"), sender: news, to: []person{
			{address: "no.such.person@mailfate.example", fate: refused},
			{address: "ok.mixed@mx.example", fate: delivered},
		}},
		{id: id("list"), sender: news, to: []person{
			{address: "list@mailfate.example", fate: delivered, via: []string{"anna@mailfate.example", "listed@mx.example", "unlisted@mx.example"}},
		}},
		crowd,
		{id: id("relay"), sender: "news@stranger.example", from: strangerAddr, to: []person{{address: "relayed@mx.example", fate: refused}}},
		{id: id("visitor"), sender: "visitor@stranger.example", from: strangerAddr, to: []person{
			{address: "relayed.too@mx.example", fate: refused}, {address: "anna@mailfate.example", fate: delivered},
		}},
		{id: id("nodomain"), sender: "x@nosuch.example", from: strangerAddr, to: []person{{address: "anna@mailfate.example", fate: unsent}}},
		{id: id("banned"), sender: "banned@stranger.example", from: strangerAddr, to: []person{{address: "anna@mailfate.example", fate: unsent}}},
		{id: id("held"), sender: "held@stranger.example", from: strangerAddr, to: []person{{address: "anna@mailfate.example", fate: quarantined}}},
		{id: id("trash"), sender: "visitor@stranger.example", from: strangerAddr, to: []person{{address: "trash@mailfate.example", fate: unsent}}},
		{id: id("cut"), sender: news, cut: true, to: []person{{address: "ok.cut@mx.example", fate: unsent}}},
	}
}

// submitted are letters that local programs hand over, of which the first finds no server.
func submitted(set string) []letter {
	return []letter{
		{id: set + "-early@news.mailfate.example", sender: news, to: []person{{address: "ok.early@mx.example", fate: delivered}}},
		{id: set + "-program@news.mailfate.example", sender: news, to: []person{
			{address: "ok.program@mx.example", fate: delivered}, {address: "gone.program@mx.example", script: script{noUser}, fate: bounced},
		}},
	}
}

func (l *letter) addresses() []string {
	var out []string
	for _, p := range l.to {
		out = append(out, p.address)
	}
	return out
}

func (l *letter) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: News <%s>\nTo: you\nSubject: News\n", news)
	if l.id != "" {
		fmt.Fprintf(&b, "Message-ID: <%s>\n", l.id)
	}
	b.WriteString("\nGood news.\n")
	return b.Bytes()
}
