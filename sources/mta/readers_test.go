package mta_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/mta"
	"mailfate/sources/mta/exim"
	"mailfate/sources/mta/kumomta"
	"mailfate/sources/mta/postfix"
	"mailfate/sources/mta/powermta"
	"mailfate/sources/mta/sendmail"
	"mailfate/sources/mta/syslog"
	"mailfate/sources/sourcestest"
)

// options are those of all logs here.
func options() mta.Options {
	return mta.Options{Host: "mx1", Reference: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)}
}

// readers are all readers of logs.
var readers = map[string]*sourcestest.Format{
	"postfix":  {New: func() sources.Parser { return postfix.New(options()) }, Rules: postfix.Rules()},
	"exim":     {New: func() sources.Parser { return exim.New(options()) }, Rules: exim.Rules()},
	"sendmail": {New: func() sources.Parser { return sendmail.New(options()) }, Rules: sendmail.Rules()},
	"powermta": {New: func() sources.Parser { return powermta.New(options()) }, Rules: powermta.Rules()},
	"kumomta":  {New: func() sources.Parser { return kumomta.New(options()) }, Rules: kumomta.Rules()},
}

const (
	kumoRecord = `{"type":"TYPE","id":"1d98","sender":"s@a.test","recipient":"b@c.test","timestamp":1790000000,"created":1790000000,"nodeid":"n","headers":{},` +
		`"response":{"code":551,"enhanced_code":{"class":5,"subject":7,"detail":1},"content":"Administrator bounced with reason: purge","command":null}}`
	eximID = "2026-11-22 07:00:00 1xV1Ra-000000007GQ-0jDZ "
)

// TestReadersAgree holds the readers against each other: what a person does to mail
// is the same observation, whichever MTA is told to do it. sendmail logs nothing of
// it.
func TestReadersAgree(t *testing.T) {
	for _, c := range []struct {
		what, reader, line string
		kind               schemas.Kind
		reason             schemas.Reason
	}{
		{"taken out", "postfix", "Nov 22 07:00:00 mx1 postfix/postsuper[1]: 3F2A1C0DE1: removed", schemas.Cancelled, schemas.ReasonNone},
		{"taken out", "exim", eximID + "removed by root", schemas.Cancelled, schemas.ReasonNone},
		{"one recipient taken out", "exim", eximID + "address <b@c.test> marked delivered by root", schemas.Cancelled, schemas.ReasonNone},
		{"taken out", "exim", "Nov 22 07:00:00 mx1 exim[1]: " + eximID + "removed by root", schemas.Cancelled, schemas.ReasonNone},
		{"taken out", "kumomta", record("AdminBounce"), schemas.Cancelled, schemas.ReasonNone},
		{"given up, the sender is told", "postfix", "Nov 22 07:00:00 mx1 postfix/qmgr[1]: 3F2A1C0DE1: from=<s@a.test>, status=force-expired, returned to sender", schemas.Expired, schemas.ReasonNone},
		{"given up, the sender is told", "exim", eximID + "cancelled by root", schemas.Expired, schemas.ReasonNone},
		{"too old", "postfix", "Nov 22 07:00:00 mx1 postfix/qmgr[1]: 3F2A1C0DE1: from=<s@a.test>, status=expired, returned to sender", schemas.Expired, schemas.ReasonNone},
		{"too old", "exim", eximID + "** b@c.test: retry timeout exceeded", schemas.Expired, schemas.ReasonNone},
		{"too old", "sendmail", "Nov 22 07:00:00 mx1 sendmail[54]: 6AM6gwGB000052: 6AM6gwGC000052: sender notify: Cannot send message for 5 days", schemas.Expired, schemas.ReasonNone},
		{"too old", "kumomta", record("Expiration"), schemas.Expired, schemas.ReasonNone},
		{"too old", "powermta", "type,timeLogged,rcpt,bounceCat\nb,1790000000,b@c.test,message-expired", schemas.Expired, schemas.ReasonNone},
		{"on hold", "postfix", "Nov 22 07:00:00 mx1 postfix/postsuper[1]: 3F2A1C0DE1: placed on hold", schemas.KindNone, schemas.ReasonNone},
		{"on hold", "exim", eximID + "frozen by root", schemas.KindNone, schemas.ReasonNone},
		{"moved", "kumomta", record("AdminRebind"), schemas.KindNone, schemas.ReasonNone},
		{"moved", "exim", eximID + "message moved to queue other by root", schemas.KindNone, schemas.ReasonNone},
		{"moved", "postfix", "Nov 22 07:00:00 mx1 postfix/postsuper[1]: 3F2A1C0DE1: requeued", schemas.KindNone, schemas.ReasonNone},
		{"put off", "postfix", "Nov 22 07:00:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from c.test[192.0.2.1]: 450 4.7.1 <b@c.test>: Recipient address rejected: Greylisted; from=<s@a.test> to=<b@c.test> proto=ESMTP helo=<c.test>", schemas.Refused, schemas.Policy},
		{"put off", "sendmail", "Nov 22 07:00:00 mx1 sm-mta[54]: ruleset=check_rcpt, arg1=<b@c.test>, relay=c.test [192.0.2.1], reject=451 4.7.1 Greylisted", schemas.Refused, schemas.Policy},
		{"put off", "exim", "2026-11-22 07:00:00 H=c.test [192.0.2.1] F=<s@a.test> temporarily rejected RCPT <b@c.test>: Greylisted", schemas.Refused, schemas.Policy},
		{"put off after the text", "exim", eximID + "H=c.test [192.0.2.1] F=<s@a.test> temporarily rejected after DATA: Greylisted", schemas.Refused, schemas.Policy},
		{"sent away", "postfix", "Nov 22 07:00:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from c.test[192.0.2.1]: 554 5.7.1 <b@c.test>: Relay access denied; from=<s@a.test> to=<b@c.test> proto=ESMTP helo=<c.test>", schemas.Refused, schemas.Policy},
		{"sent away", "sendmail", "Nov 22 07:00:00 mx1 sm-mta[54]: ruleset=check_rcpt, arg1=<b@c.test>, relay=c.test [192.0.2.1], reject=550 5.7.1 Relaying denied", schemas.Refused, schemas.Policy},
		{"sent away", "exim", "2026-11-22 07:00:00 H=c.test [192.0.2.1] F=<s@a.test> rejected RCPT <b@c.test>: relay not permitted", schemas.Refused, schemas.Policy},
		{"taken out", "powermta", "type,timeLogged,rcpt,dsnStatus,dsnDiag,dsnMta\nb,1790000000,b@c.test,5.0.0 (undefined status),deleted by administrator,", schemas.Cancelled, schemas.ReasonNone},
		{"taken out", "powermta", "type,timeLogged,rcpt,dsnStatus,dsnDiag,dsnMta\nb,1790000000,b@c.test,5.7.1 (Deleted by administrator),,", schemas.Cancelled, schemas.ReasonNone},
		{"a server's words", "powermta", "type,timeLogged,rcpt,dsnDiag,dsnMta\nb,1790000000,b@c.test,deleted by administrator,mx.c.test (192.0.2.1)", schemas.Bounced, schemas.ReasonNone},
		{"a server's words", "powermta", "type,timeLogged,rcpt,dsnDiag\nb,1790000000,b@c.test,smtp;550 deleted by administrator", schemas.Bounced, schemas.ReasonNone},
	} {
		f := readers[c.reader]
		r := f.Read(t, f.New(), []byte(c.line), 0)
		switch {
		case len(r.Unparsed) > 0:
			t.Errorf("%s, %s: not understood: %s", c.what, c.reader, c.line)
		case c.kind == schemas.KindNone && len(r.Events) > 0:
			t.Errorf("%s, %s: got %v, want nothing", c.what, c.reader, r.Events[0].Kind)
		case c.kind != schemas.KindNone && (len(r.Events) != 1 || r.Events[0].Kind != c.kind || r.Events[0].Reason != c.reason):
			t.Errorf("%s, %s: got %+v, want %v, %v", c.what, c.reader, r.Events, c.kind, c.reason)
		}
	}
}

// TestRepeats has lines by which a syslog server stands for many: all events of
// them, or none and a rule that says why.
func TestRepeats(t *testing.T) {
	for reader, text := range map[string]string{
		"postfix":  "postfix/smtpd[1]: message repeated %d times: [ NOQUEUE: reject: RCPT from c.test[192.0.2.1]: 554 5.7.1 <b@c.test>: no; from=<s@a.test> to=<b@c.test> proto=ESMTP helo=<c.test>]",
		"sendmail": "sm-mta[54]: message repeated %d times: [ ruleset=check_rcpt, arg1=<b@c.test>, relay=c.test [192.0.2.1], reject=550 5.7.1 Relaying denied]",
		"exim":     "exim[1]: message repeated %d times: [ 2026-11-22 07:00:00 1xV1Ra-0004Tz-30 => b@c.test R=r T=t]",
	} {
		for n, want := range map[int]int{0: 1, 3: 3, syslog.MaxRepeats: syslog.MaxRepeats, syslog.MaxRepeats + 1: 0, 5_000_000_000: 0} {
			events := 0
			line := sources.Line{Data: fmt.Appendf(nil, "Nov 22 07:00:00 mx1 "+text, n)}
			r := readers[reader].New().Line(line, func(*schemas.Event) { events++ })
			if events != want || want == 0 && r != mta.Malformed(mta.RepeatedTooOften) {
				t.Errorf("%s, %d times: %d events, %+v", reader, n, events, r)
			}
		}
	}
}

func record(kind string) string { return strings.Replace(kumoRecord, "TYPE", kind, 1) }

// authenticated is what makes sendmail's reader remember a session.
const authenticated = "Nov 22 07:00:00 mx1 sm-mta[54]: AUTH=server, relay=app [192.0.2.1], authid=shop, mech=PLAIN, bits=0"

// TestKeysOfSavedState has the first bytes of the keys under which readers save
// their state: those of earlier versions are read by them.
func TestKeysOfSavedState(t *testing.T) {
	for name, want := range map[string]string{
		"postfix": "chlq", "exim": "chlpq", "sendmail": "achlq", "powermta": "chlo", "kumomta": "",
	} {
		got := map[byte]bool{}
		f := readers[name]
		for _, log := range append(logsOf(t, name), []byte(authenticated)) {
			p := f.New()
			for line := range lines(log) {
				p.Line(line, func(*schemas.Event) {})
				if err := p.Changes(func(key, _ []byte) error { got[key[0]] = true; return nil }); err != nil {
					t.Fatal(err)
				}
			}
		}
		if keys := string(slices.Sorted(maps.Keys(got))); keys != want {
			t.Errorf("%s: keys begin with %q, want %q", name, keys, want)
		}
	}
}
