package mta_test

import (
	"strings"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sources"
)

// fronts are how lines begin of which the rest can be long.
var fronts = map[string][]string{
	"postfix": {
		"", "smtp[1]: 3F2A1C0DE1: to=<a@b.test>, relay=none, dsn=4.0.0, status=deferred (", "smtp[1]: 3F2A1C0DE1: to=", "smtp[1]: 3F2A1C0DE1: host a said: ",
		"qmgr[1]: 3F2A1C0DE1: from=", "smtpd[1]: NOQUEUE: reject: RCPT from c[1]: 554 ", "smtpd[1]: NOQUEUE: reject: RCPT from c[1]: 554 ; from=<", "smtpd[1]: proxy-accept: END-OF-MESSAGE: ",
		"cleanup[1]: 3F2A1C0DE1: reject: header ", "cleanup[1]: 3F2A1C0DE1: warning: header Subject: ", "cleanup[1]: 3F2A1C0DE1: message-id=", "smtpd[1]: 3F2A1C0DE1: client=a[1], sasl_username=", "pickup[1]: 3F2A1C0DE1: uid=0 from=<",
		"smtpd[1]: message repeated 2 times: [ NOQUEUE: reject: RCPT from c[1]: 554 ",
	},
	"exim": {
		"", "<= ", "<= a@b H=", "<= a@b H=(", "<= a@b P=esmtp A=plain:", "<= a@b P=esmtp id=", "<= a@b T=\"", "=> ", "=> a", "=> a@b", "=> a@b <", "=> a@b (", "=> |", "=> a@b C=\"", "** a@b: ",
		"** a@b R=r: SMTP error from remote mail server after RCPT TO:", "== a@b defer (1): ", "H=", "H=(a) [1.2.3.4] A=", "H=a [1.2.3.4] rejected RCPT ", "H=a [1.2.3.4] F=",
	},
	"sendmail": {
		"", "6AM6gwGB000052: to=", "6AM6gwGB000052: to=a@b.test, delay=1, ", "6AM6gwGB000052: to=a@b.test, reply=", "6AM6gwGB000052: to=a@b.test, stat=", "6AM6gwGB000052: from=", "6AM6gwGB000052: from=<a@b>, size=1, msgid=",
		"ruleset=check_rcpt, arg1=", "6AM6gwGB000052: Milter: ", "6AM6gwGB000052: alias a => ", "AUTH=server, relay=", "NOQUEUE: ",
	},
	"powermta": {"", "d,1790000000,", `d,1790000000,"`, `d,1790000000,a@b.test,"smtp;`, "type,timeLogged,"},
	"kumomta":  {"", `{"type":"`, `{"type":"Delivery","headers":`, `{"type":"Delivery","recipient":[`, `{"type":"Bounce","response":{"content":"`},
}

// tags are what stands in front of them.
var tags = map[string]string{
	"postfix": "Nov 22 07:00:00 mx1 postfix/", "exim": eximID, "sendmail": "Nov 22 07:00:00 mx1 sendmail[54]: ",
}

// TestLongLinesTakeLittleTime reads lines of one text over and over. A line's time
// must grow with its length alone: where it grows with the square, these take much
// longer than the limit, which a busy machine does not reach else.
func TestLongLinesTakeLittleTime(t *testing.T) {
	const (
		length = 128 << 10
		limit  = 5 * time.Second
	)
	texts := []string{
		"x", " ", `"`, `\`, "<", ">", "(", "[", "{", ",", ": ", " <b", " <b> ", ` <"`, "a <a", "x; from=<", "; from=<a> to=<b>", "; proto=X", "a,", "<a>,", ", [more]", ", stat=", "a=b, ", " A=b", " F=<", ` C="`, ") [", " (a)",
		" from ", "=?utf-8?Q?", "?=?", "queued as ", " id=", ": 550 5.1.1 ", "[[", `{"a":`, `""`, `"",`, "é", "\xff", "; ", ", orig_queue_id=", " said: ", " (in reply to ", "host ",
	}
	for name, f := range readers {
		p := f.New()
		for _, front := range fronts[name] {
			for _, text := range texts {
				line := sources.Line{Data: []byte(tags[name] + front + strings.Repeat(text, length/len(text)))}
				start := time.Now()
				p.Line(line, func(*schemas.Event) {})
				if took := time.Since(start); took > limit {
					t.Errorf("%s: %q and %q over and over: %v", name, front, text, took)
				}
			}
		}
	}
}
