package main

import (
	"fmt"
	"strings"
	"time"
)

// rareLetter is one letter of the recording of rare lines, and what becomes of it.
type rareLetter struct {
	ID      string          `json:"message_id"`
	Sender  string          `json:"sender"`
	User    string          `json:"account,omitempty"`
	Subject string          `json:"subject"`
	To      []rareRecipient `json:"to"`

	user, port string
	header     string // raw subject or one more header
	body       string
	refusedAt  string // where Postfix says no
	admin      string // what a person has postsuper do with it
	queueID    string
}

// rareRecipient is where it goes, and its end: delivered, bounced, expired, cancelled, refused, discarded.
type rareRecipient struct {
	Recipient string `json:"recipient"`
	End       string `json:"end"`
	Deferred  bool   `json:"deferred,omitempty"` // a server, or Postfix, put it off first
	Times     int    `json:"times"`              // how often servers of others took it
}

func to(end, recipient string) rareRecipient {
	r := rareRecipient{Recipient: recipient, End: end}
	if end == "delivered" {
		r.Times = 1
	}
	return r
}

func late(end, recipient string) rareRecipient {
	r := to(end, recipient)
	r.Deferred = true
	return r
}

var rareAliases = map[string][]string{
	"info@lists.mailfate.example":  {"ok-info@far.example"},
	"wrong@lists.mailfate.example": {"x@wrong.example"},
	"wait@lists.mailfate.example":  {"x@wait.example"},
	"both@lists.mailfate.example":  {"ok-both1@far.example", "ok-both2@far.example"},
}

// rareLetters are all stories.
func rareLetters() []*rareLetter {
	twice := func(r rareRecipient) rareRecipient { r.Times = 2; return r }
	all := []*rareLetter{
		{port: "587", user: "shop", To: []rareRecipient{to("delivered", "ok-plain@far.example"), to("bounced", "no-plain@far.example"), late("delivered", "grey-plain@far.example")}},
		{port: "587", user: "shop", To: []rareRecipient{to("bounced", "data-no@far.example")}},
		{port: "587", To: []rareRecipient{to("delivered", "ok-six@ipv6.example")}},
		{port: "587", To: []rareRecipient{to("delivered", "ok-second@backup.example")}},
		{port: "587", To: []rareRecipient{to("bounced", "who@nowhere.example")}},
		// Connections that fail.
		{port: "587", To: []rareRecipient{late("expired", "a@silent.example"), late("expired", "b@hangup.example"), late("expired", "c@closed.example"), late("expired", "d@busy.example")}},
		{port: "587", To: []rareRecipient{late("expired", "e@strict.example"), late("expired", "f@torn.example"), late("expired", "g@later.example")}},
		{port: "587", To: []rareRecipient{late("expired", "hangrcpt@far.example")}},
		{port: "587", To: []rareRecipient{late("expired", "hangdata@far.example")}},
		{port: "587", To: []rareRecipient{late("expired", "slowdata@far.example")}},
		{port: "587", To: []rareRecipient{late("expired", "byehelo@bye.example")}},
		// The filter, and a second instance behind it.
		{port: "2587", user: "shop", To: []rareRecipient{to("delivered", "ok-filter@far.example"), to("bounced", "no-filter@far.example"), late("delivered", "grey-filter@far.example")}},
		{port: "2587", user: "news", To: []rareRecipient{to("delivered", "info@lists.mailfate.example")}},
		{port: "5587", user: "shop", To: []rareRecipient{to("delivered", "ok-proxy@far.example")}},
		// Milters.
		{port: "3587", Sender: "mail@milter.example", refusedAt: "MAIL", To: []rareRecipient{to("unknown", "ok-m1@far.example")}},
		{port: "3587", Sender: "rcpt@milter.example", refusedAt: "RCPT", To: []rareRecipient{to("refused-early", "ok-m2@far.example")}},
		{port: "3587", Sender: "eom@milter.example", refusedAt: "EOM", To: []rareRecipient{to("refused", "ok-m3@far.example")}},
		{port: "3587", Sender: "later@milter.example", refusedAt: "EOM", To: []rareRecipient{to("refused", "ok-m4@far.example")}},
		{port: "3587", Sender: "drop@milter.example", To: []rareRecipient{to("discarded", "ok-m5@far.example")}},
		{port: "3587", Sender: "hold@milter.example", admin: "-H", To: []rareRecipient{to("delivered", "ok-m6@far.example")}},
		{port: "3587", Sender: "fine@milter.example", To: []rareRecipient{to("delivered", "ok-m7@far.example")}},
		// Header and body checks.
		{port: "587", header: "X-Stop: yes", refusedAt: "EOM", To: []rareRecipient{to("refused", "ok-h1@far.example")}},
		{port: "587", body: "lottery", refusedAt: "EOM", To: []rareRecipient{to("refused", "ok-h2@far.example")}},
		{port: "587", header: "X-Drop: yes", To: []rareRecipient{to("discarded", "ok-h3@far.example")}},
		{port: "587", header: "X-Hold: yes", admin: "-H", To: []rareRecipient{to("delivered", "ok-h4@far.example")}},
		{port: "587", header: "X-Hold: yes", admin: "-d", To: []rareRecipient{to("cancelled", "ok-h5@far.example")}},
		{port: "sendmail", header: "X-Stop: yes", To: []rareRecipient{to("bounced", "ok-h6@far.example")}},
		// A person at the queue.
		{port: "587", user: "shop", admin: "-r", To: []rareRecipient{late("delivered", "gate-again@far.example")}},
		{port: "587", user: "shop", admin: "-d", To: []rareRecipient{late("cancelled", "gate-gone@far.example"), to("delivered", "ok-before@far.example")}},
		{port: "587", admin: "-e", To: []rareRecipient{late("expired", "gate-over@far.example")}},
		// Our own mailboxes and programs.
		{port: "587", To: []rareRecipient{to("delivered", "box@news.mailfate.example"), to("refused", "nobody-there@news.mailfate.example")}},
		{port: "587", To: []rareRecipient{twice(to("delivered", "team@local.mailfate.example"))}},
		{port: "587", To: []rareRecipient{to("delivered", "log@local.mailfate.example"), to("delivered", "run@local.mailfate.example"), to("delivered", "mine@local.mailfate.example"), to("bounced", "nosuch@local.mailfate.example")}},
		{port: "587", To: []rareRecipient{twice(to("delivered", "both@lists.mailfate.example"))}},
		{port: "587", To: []rareRecipient{to("delivered", "x@pipe.example"), to("bounced", "x@fail.example"), late("expired", "x@full.example")}},
		{port: "587", To: []rareRecipient{to("delivered", "ok-lmtp@lmtp.example"), to("bounced", "data-lmtp@lmtp.example"), to("bounced", "no-lmtp@lmtp.example")}},
		{port: "587", To: []rareRecipient{to("discarded", "x@void.example"), to("refused", "x@wrong.example"), to("bounced", "wrong@lists.mailfate.example"), late("expired", "wait@lists.mailfate.example")}},
		{port: "sendmail", To: []rareRecipient{to("delivered", "ok-sendmail@far.example")}},
		{port: "587", Sender: "", To: []rareRecipient{to("delivered", "ok-null@far.example")}},
		{port: "4587", To: []rareRecipient{to("delivered", "ok-probed@far.example")}},
	}
	for i, l := range all {
		l.ID = fmt.Sprintf("rare%02d@news.mailfate.example", i)
		l.User = l.user
		l.Subject = fmt.Sprintf("Letter %d", i)
		if l.Sender == "" && l.To[0].Recipient != "ok-null@far.example" {
			l.Sender = "news@news.mailfate.example"
		}
	}
	all[0].Subject, all[0].header = "Grüße; from=<x> from y[z]: größer als zwei Zeilen, auch so", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe;_from=3D<x>_from_y[z]:?=\r\n =?iso-8859-1?Q?_gr=F6=DFer_als_zwei_Zeilen,_auch_so?="
	return all
}

// text is the letter as it is sent.
func (l *rareLetter) text() []byte {
	subject, more := "Subject: "+l.Subject, ""
	if strings.HasPrefix(l.header, "Subject: ") {
		subject = l.header
	} else if l.header != "" {
		more = l.header + "\r\n"
	}
	return fmt.Appendf(nil, "From: News <news@news.mailfate.example>\r\nTo: undisclosed-recipients:;\r\nDate: %s\r\nMessage-ID: <%s>\r\n%s\r\n%s\r\nHello.\r\n%s\r\n",
		time.Now().Format(time.RFC1123Z), l.ID, subject, more, l.body)
}
