package feedback

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailfate/schemas"
	"mailfate/sources"
)

// The mails of these tests are written by hand, as somebody would who wants another's
// address suppressed.

const (
	forgedHead = "Received: from x by y; Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <report@evil.example>\n"
	own        = "Final-Recipient: rfc822;me@evil.example\nAction: delivered\nStatus: 2.0.0\n\n"
	victims    = "Final-Recipient: rfc822;victim@good.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n\n"
	returnedM1 = "Message-ID: <m1@shop.example>\n"
)

func notification(header, recipients, returned string) string {
	return forgedHead + header + "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n" +
		recipients + "\n--B\nContent-Type: text/rfc822-headers\n\n" + returned + "\n--B--\n"
}

func complaint(report, returned string) string {
	return forgedHead + "Content-Type: multipart/report; report-type=feedback-report; boundary=B\n\n--B\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n" +
		report + "\n--B\nContent-Type: text/rfc822-headers\n\n" + returned + "\n--B--\n"
}

func signedFor(t testing.TB, keys Keys, recipient string) string {
	t.Helper()
	signed, err := keys.Sign("k1", "m1@shop.example", recipient)
	if err != nil {
		t.Fatal(err)
	}
	return IDHeader + ": " + signed + "\n"
}

// told is what a mail says, as text.
func told(p *Parser, mail string) []string {
	evs, res := parse(p, []byte(mail))
	if len(evs) == 0 {
		return []string{res.Rule}
	}
	var all []string
	for _, ev := range evs {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", ev.Kind, ev.MessageID, ev.Recipient, ev.Confidence, ev.Enhanced)))
	}
	return all
}

// TestSignedVouchesForOne holds that an id is believed of the recipient that it was
// signed for, and of no other.
func TestSignedVouchesForOne(t *testing.T) {
	p := New(options(t))
	mine := signedFor(t, p.opts.Keys, "me@evil.example")
	if _, err := p.opts.Keys.Sign("k1", "m1@shop.example", ""); err == nil {
		t.Error("an id is signed for nobody")
	}
	payload := "k1.bTFAc2hvcC5leGFtcGxlAA" // m1@shop.example, NUL, and nothing
	nobodys := IDHeader + ": " + payload + "." + base64Of(mac(p.opts.Keys["k1"], payload)) + "\n"
	for _, tc := range []struct {
		name, mail string
		want       []string
	}{
		{"several named", notification("", own+victims, mine), []string{
			"delivered m1@shop.example me@evil.example exact 2.0.0", "bounced_later m1@shop.example victim@good.example likely 5.1.1",
		}},
		{"another named", notification("", victims, mine), []string{"bounced_later m1@shop.example me@evil.example exact 5.1.1"}},
		{"several complain", complaint("Original-Rcpt-To: a@good.example\nOriginal-Rcpt-To: victim@good.example\n", mine), []string{
			"complained m1@shop.example a@good.example likely", "complained m1@shop.example victim@good.example likely",
		}},
		{"signed for nobody", complaint("Original-Rcpt-To: victim@good.example\n", nobodys), []string{"complained m1@shop.example victim@good.example strong"}},
		{"several of an address", complaint("Original-Mail-From: <bounce+m1+me=evil.example@shop.example>\nOriginal-Rcpt-To: me@evil.example\nOriginal-Rcpt-To: victim@good.example\n", ""), []string{
			"complained m1 me@evil.example strong", "complained m1 victim@good.example likely",
		}},
	} {
		if got := told(p, tc.mail); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q", tc.name, got)
		}
	}
}

// TestGuessableIDs holds that an id that a pattern takes out of a Message-ID is
// believed only where nobody finds it by counting.
func TestGuessableIDs(t *testing.T) {
	p := New(Options{MessageID: func(id string) string {
		own, _, _ := strings.Cut(id, ".anything@")
		return own
	}})
	for id, want := range map[string]string{
		"4711":                             "likely",
		"00000000000000000000000000004711": "likely",
		"a1":                               "likely",
		"20260921-0000-0000-4711":          "likely",
		"9f86d081884c7d659a2feaa0c55ad015": "strong",
		"01ARZ3NDEKTSV4RRFFQ69G5FAV":       "strong",
	} {
		got := told(p, complaint("Original-Rcpt-To: victim@good.example\n", "Message-ID: <"+id+".anything@evil.example>\n"))
		if want := "complained " + id + " victim@good.example " + want; !slices.Equal(got, []string{want}) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := told(p, complaint("Original-Rcpt-To: r@good.example\n", "Message-ID: <4711@shop.example>\n")); got[0] != "complained 4711@shop.example r@good.example strong" {
		t.Errorf("a whole Message-ID: %q", got)
	}
}

// TestQuotedBounces holds that a bounce that somebody quotes is none.
func TestQuotedBounces(t *testing.T) {
	const exchange = "Delivery has failed to these recipients or groups:\n\nvictim@good.example\nThe address does not exist. 550 5.1.1 user unknown\n"
	const sendmail = "   ----- The following addresses had permanent fatal errors -----\n<victim@good.example>\n\n   ----- Transcript of session follows -----\n550 5.1.1 <victim@good.example>... User unknown\n"
	const answers = "In-Reply-To: <m1@shop.example>\n"
	away := "Return-Path: <>\n" + forgedHead + "From: bob@good.example\nAuto-Submitted: auto-replied\nSubject: Re: hi\n" + answers
	letter := forgedHead + "From: Postmaster <postmaster@good.example>\nSubject: Re: help\n" + answers
	for name, mail := range map[string]string{
		"away, Exchange":   away + "\n" + exchange,
		"away, later":      away + "\nI am away. My colleague wrote last week:\n\n" + exchange,
		"away, sendmail":   away + "\nI left. My mails:\n" + sendmail,
		"letter, Exchange": letter + "\nHi, our user got this from you, why?\n\n" + exchange,
		"letter, sendmail": letter + "\nHi, our user got this from you, why?\n\n" + sendmail,
		"letter, Postfix":  letter + "\nHi,\n\nour user\n\ngot this\n\nfrom you, why?\n\nThis is the mail system at host x.\n\ncould not be delivered to one or more recipients.\n\n                   The mail system\n\n<victim@good.example>: 550 5.1.1 no\n",
	} {
		if got := told(New(Options{}), mail); !slices.Equal(got, []string{"other_report m1@shop.example  likely"}) {
			t.Errorf("%s: %q", name, got)
		}
	}
	bounce := letter + "\n" + exchange
	if got := told(New(Options{}), bounce); !slices.Equal(got, []string{"bounced_later m1@shop.example victim@good.example likely 5.1.1"}) {
		t.Errorf("a bounce that names its message as replies do: %q", got)
	}
}

// TestGroupOrder holds that the fields about a recipient may stand in any order, and
// that a server's words add nothing to them.
func TestGroupOrder(t *testing.T) {
	const to, action, code = "Final-Recipient: rfc822;r@good.example\n", "Action: failed\nStatus: 5.1.1\n", "Diagnostic-Code: smtp; 550 5.1.1 no\n"
	const bounced = "bounced_later m1@shop.example r@good.example strong 5.1.1"
	for _, tc := range [][2]string{
		{to + action + code, bounced},
		{to + code + action, bounced},
		{code + to + action, bounced},
		{to + "Status: 5.1.1\n" + code + "Action: failed\n", bounced},
		{"Original-Recipient: rfc822;r@good.example\n" + code + "Final-Recipient: rfc822;x@good.example\n" + action, bounced},
		{to + "Action: delayed\nStatus: 4.2.2\n" + "Diagnostic-Code: smtp; 452 4.2.2 full\n" + action, "deferred m1@shop.example r@good.example strong 4.2.2"},
		{to + action + code + "Final-Recipient: rfc822;victim@good.example\n", bounced},
		{to + action + code + "Original-Recipient: rfc822;victim@good.example\n", bounced},
		{to + code + action + action, "other_report m1@shop.example r@good.example strong 5.1.1"},
	} {
		if got := told(New(Options{}), notification("", tc[0], returnedM1)); !slices.Equal(got, []string{tc[1]}) {
			t.Errorf("%q: %q, want %q", tc[0], got, tc[1])
		}
	}
}

// TestStatusThatSpares holds that what one of two statuses calls temporary, or
// policy, does not become the recipient's fault by the other.
func TestStatusThatSpares(t *testing.T) {
	for _, tc := range [][3]string{
		{"5.7.1", "550 5.1.1 user unknown", "5.7.1"},
		{"4.4.7", "550 5.1.1 user unknown", "4.4.7"},
		{"5.1.1", "550 5.7.1 blocked", "5.7.1"},
		{"5.1.1", "451 4.7.1 later", "4.7.1"},
		{"5.0.0", "550 5.1.1 user unknown", "5.1.1"},
		{"5.1.1", "550 5.0.0 no", "5.1.1"},
		{"5.1.1", "550 5.2.1 no", "5.2.1"},
		{"", "550 5.1.1 no", "5.1.1"},
	} {
		group := "Final-Recipient: rfc822;r@good.example\nAction: failed\nStatus: " + tc[0] + "\nDiagnostic-Code: smtp; " + tc[1] + "\n"
		evs, _ := parse(New(Options{}), []byte(notification("", group, returnedM1)))
		if len(evs) != 1 || evs[0].Kind != schemas.BouncedLater || evs[0].Enhanced != tc[2] {
			t.Errorf("%q: %+v", tc, evs)
		}
	}
}

// TestSameMessageID holds that reports are told apart by what they say: whoever knows
// a report's Message-ID can write it again.
func TestSameMessageID(t *testing.T) {
	seen := map[schemas.EventID]bool{}
	mails := []string{notification("", own, returnedM1), notification("", victims, returnedM1), notification("", own, "Message-ID: <m2@shop.example>\n")}
	for _, mail := range append(mails, "From x\n"+strings.ReplaceAll(mails[0], "\n", "\r\n")+"\r\n\r\n") { // once more, from another mailbox
		evs, _ := parse(New(Options{}), []byte(mail))
		seen[evs[0].ID] = true
	}
	if len(seen) != len(mails) {
		t.Errorf("%d ids of %d reports", len(seen), len(mails))
	}
}

// TestNamedElsewhere holds what else names the message of a report.
func TestNamedElsewhere(t *testing.T) {
	p := New(Options{})
	if got := told(p, notification("In-Reply-To: <m1@shop.example>\n", victims, "Subject: x\n")); got[0] != "bounced_later m1@shop.example victim@good.example likely 5.1.1" {
		t.Errorf("In-Reply-To: %q", got)
	}
	two := complaint("Original-Rcpt-To: r@good.example\n", "Subject: x\n\n--B\nContent-Type: text/rfc822-headers\n\n"+returnedM1)
	if got := told(p, two); got[0] != "complained m1@shop.example r@good.example strong" {
		t.Errorf("the second returned part: %q", got)
	}
}

// TestManyEvents holds that no mail has more events than are allowed, and that the
// rest is told of.
func TestManyEvents(t *testing.T) {
	if raced {
		t.Skip("one goroutine, whom the race detector makes ten times as slow; make test runs this without it")
	}
	all := bombs()
	for _, name := range []string{"complaints", "recipients"} {
		evs, res := parse(New(options(t)), all[name])
		last := evs[len(evs)-1]
		if res.Outcome != sources.Events || len(evs) != maxEvents+1 || last.Kind != schemas.OtherReport || !strings.HasPrefix(last.Reply, "left out: at least ") {
			t.Errorf("%s: %d events, the last %+v", name, len(evs), last)
		}
	}
	evs, _ := parse(New(options(t)), []byte(notification("", strings.Repeat(victims, maxEvents), returnedM1)))
	if len(evs) != maxEvents || evs[maxEvents-1].Kind != schemas.BouncedLater {
		t.Errorf("%d events of as many as are allowed", len(evs))
	}
}
