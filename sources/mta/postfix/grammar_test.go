package postfix

import (
	"strings"
	"testing"
)

// TestReplies goes through the frames that Postfix puts around what servers say.
func TestReplies(t *testing.T) {
	for _, c := range []struct {
		reason, text, command string
		code                  uint16
	}{
		{"250 2.0.0 Ok", "250 2.0.0 Ok", "", 250},
		{"host a[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command)", "550 5.1.1 no", "RCPT TO", 550},
		{"host a[192.0.2.1] said: 554 no (in reply to end of DATA command)", "554 no", "end of DATA", 554},
		{"host a[private/lmtp] said: 550 5.1.1 no (in reply to RCPT TO command)", "550 5.1.1 no", "RCPT TO", 550},
		{"host a[192.0.2.1] said: 450 x (in reply to MAIL FROM command) (in reply to DATA command)", "450 x (in reply to MAIL FROM command)", "DATA", 450},
		{"host a[192.0.2.1] said: 450 x (in reply to RSET probe)", "450 x", "RSET probe", 450},
		{"host a[192.0.2.1] said: ", "", "", 0},
		{"host a[192.0.2.1] refused to talk to me: 421 no (in reply to RCPT TO command)", "421 no (in reply to RCPT TO command)", "", 421},
		{"TLS is required, but host a[192.0.2.1] refused to start TLS: 454 no", "454 no", "STARTTLS", 454},
		{"TLS is required, but was not offered by host a[192.0.2.1]", "TLS is required, but was not offered by host a[192.0.2.1]", "", 0},
		{"SASL authentication failed; server a[192.0.2.1] said: 535 5.7.8 no", "535 5.7.8 no", "AUTH", 535},
		{"lost connection with a[192.0.2.1] while sending RCPT TO", "", "RCPT TO", 0},
		{"lost connection with a[192.0.2.1] while sending DATA command", "", "DATA", 0},
		{"lost connection with a[192.0.2.1] while sending message body", "", "message body", 0},
		{"lost connection with a[192.0.2.1] while sending end of data -- message may be sent more than once", "", "end of DATA", 0},
		{"lost connection with a[192.0.2.1] while performing the LHLO handshake", "", "LHLO", 0},
		{"lost connection with a[192.0.2.1] while receiving the initial server greeting", "", "initial server greeting", 0},
		{"conversation with a[192.0.2.1] timed out while sending MAIL FROM", "", "MAIL FROM", 0},
		{"delivery temporarily suspended: conversation with a[192.0.2.1] timed out while receiving the STARTTLS response", "", "STARTTLS", 0},
		{"delivery temporarily suspended: host a[192.0.2.1] said: 450 x (in reply to MAIL FROM command)", "450 x", "MAIL FROM", 450},
		{"delivery temporarily suspended: transport is unavailable", "", "", 0},
		{"connect to a[192.0.2.1]:25: Connection timed out", "", "", 0},
		{"user unknown. Command output: no (such) place", "", "", 0},
		{"host ", "host ", "", 0},
		{"lost connection with a", "", "", 0},
	} {
		if c.text == "" && !strings.HasSuffix(c.reason, " said: ") {
			c.text = strings.TrimPrefix(c.reason, "delivery temporarily suspended: ")
		}
		if r := parseReply(c.reason); r.text != c.text || r.command != c.command || r.code != c.code {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.reason, r, c)
		}
	}
}

// TestNextQueueIDs goes through the ways to say under which id a message goes on.
func TestNextQueueIDs(t *testing.T) {
	for words, want := range map[string]string{
		"250 2.0.0 Ok: queued as 4cYhXX1z2BCDz9":                                      "4cYhXX1z2BCDz9",
		"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7D2A1C0": "7D2A1C0",
		"forwarded as 3F2A1C0DE1":                                                     "3F2A1C0DE1",
		"forwarded as someone else":                                                   "",
		"delivered to mailbox":                                                        "",
	} {
		if got := nextQueueID(words); got != want {
			t.Errorf("%s: got %q, want %q", words, got, want)
		}
	}
}

// TestSubjects goes through what header_checks show of one.
func TestSubjects(t *testing.T) {
	long := strings.Repeat("=?utf-8?Q?sixteen_letters_?= ", 6)
	for logged, want := range map[string]string{
		"plain":                       "plain",
		"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=": "Grüße",
		"=?utf-8?B?R3LDvMOfZQ==?=? =?utf-8?Q?_aus?= Wien": "Grüße aus Wien",
		"=?utf-8?Q?a?=?? =?utf-8?Q?b?=":                   "ab",
		"=?utf-8?Q?really=3F?= he said":                   "really? he said",
		"what?=? no word":                                 "what?=? no word",
		"=?no-such-charset?Q?x?=":                         "=?no-such-charset?Q?x?=",
		"=?utf-8?Q?line=0Aend?=":                          "line end",
		long + "=?utf-8?Q?torn_ap":                        strings.TrimSpace(strings.Repeat("sixteen letters ", 6)),
		"x from y; from=<a@b> to=<c@d> from z":            "x from y; from=<a@b> to=<c@d> from z",
	} {
		got, ok := subjectWords(logged + " from c[192.0.2.1]; from=<s@x.test> to=<r@b.test> proto=ESMTP helo=<c>: words")
		if !ok || strings.TrimSpace(got) != want {
			t.Errorf("%q: got %q, want %q", logged, got, want)
		}
	}
}

// TestTrailers looks for the fields of a refusal behind words that imitate them.
func TestTrailers(t *testing.T) {
	const trailer = "; from=<s@x.test> to=<r@b.test> proto=ESMTP helo=<c>"
	for _, words := range []string{
		"554 5.7.1 <r@b.test>: Relay access denied",
		"450 4.1.1 <r@b.test>: Recipient address rejected: unverified address: host a[192.0.2.1] said: 550 no; from=<f@x.test> to=<victim@y.test> (in reply to RCPT TO command)",
		"450 4.1.1 <r@b.test>: Recipient address rejected: unverified address: 550 no; from=<f@x.test> proto=ESMTP",
		"450 <r@b.test>: Recipient address rejected: 5; to=<victim@y.test>",
	} {
		r, ok := parseRefusal("RCPT from c[192.0.2.1]: " + words + trailer)
		if !ok || r.sender != "s@x.test" || r.recipient != "r@b.test" || r.words != words {
			t.Errorf("%s: got %+v", words, r)
		}
	}
}
