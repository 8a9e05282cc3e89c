package classify

import (
	"testing"

	"mailfate/schemas"
)

// A word of something else than the recipient makes nothing hard: no rule, no code.
// A softer rule that knows the words goes before the veto's own reason.
func TestVeto(t *testing.T) {
	for text, want := range map[string]Verdict{
		"550 5.1.1 user unknown":                                            {Reason: schemas.UserUnknown, Rule: "unknown.server"},
		"550 5.1.1 user unknown, says LDAP":                                 {Reason: schemas.RemoteError, Rule: "veto:remote_error"},
		"550 5.1.1 hm":                                                      {Reason: schemas.UserUnknown, Rule: "enhanced:5.1.1"},
		"550 5.1.1 hm, the Subject":                                         {Reason: schemas.ProtocolError, Rule: "veto:protocol_error"},
		"550 user unknown, password":                                        {Reason: schemas.LocalError, Rule: "veto:local_error"},
		"550 user unknown: the password in a Subject":                       {Reason: schemas.ProtocolError, Rule: "veto:protocol_error"}, // the first of the file
		"550 5.1.1 user unknown: mailbox full":                              {Reason: schemas.MailboxFull, Rule: "full.mailbox"},
		"550 5.1.1 user unknown; see https://x.example/password?subject=ip": {Reason: schemas.UserUnknown, Rule: "unknown.server"},
		"550 5.1.1 <ip@subject.example>: user unknown":                      {Reason: schemas.UserUnknown, Rule: "unknown.server"},
		"550 the Subject":                                                   {Reason: schemas.Unclassified, Rule: "code:550"},
	} {
		if got := Default().Reply(&Said{Text: text}); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// A file's vetoes go before the embedded ones.
func TestOwnVeto(t *testing.T) {
	r, err := New("x.txt", []byte("veto greylisted: zzz\n    | password\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"550 5.1.1 user unknown zzz":          "veto:greylisted",
		"550 5.1.1 user unknown zzz Subject":  "veto:greylisted",
		"550 5.1.1 user unknown, password":    "veto:greylisted",
		"550 5.1.1 user unknown, the Subject": "veto:protocol_error",
	} {
		if got := r.Reply(&Said{Text: text}); got.Rule != want || got.Reason.Hard() {
			t.Errorf("%s: %+v, want %s", text, got, want)
		}
	}
}

// What is hard depends on what was answered.
func TestStages(t *testing.T) {
	const outlook, google = "x.mail.protection.outlook.com[192.0.2.1]:25", "mx.google.com[192.0.2.1]:25"
	for _, c := range []struct {
		said Said
		hard bool
	}{
		{Said{Code: 550, Command: "RCPT TO", Text: "user unknown"}, true},
		{Said{Code: 550, Text: "user unknown"}, true},
		{Said{Code: 550, Command: "end of DATA", Text: "user unknown"}, false},
		{Said{Code: 550, Command: "DATA", Text: "user unknown"}, false},
		{Said{Code: 550, Command: "MAIL FROM", Text: "user unknown"}, false},
		{Said{Code: 550, Enhanced: "5.1.1", Command: "end of DATA", Text: "user unknown"}, true},
		{Said{Code: 550, Enhanced: "5.0.0", Command: "end of DATA", Text: "user unknown"}, false},
		{Said{Code: 550, Command: "end of DATA", Host: google, Text: "The email account that you tried to reach does not exist"}, true},
		{Said{Code: 550, Command: "end of DATA", Text: "The email account that you tried to reach does not exist"}, false},
		{Said{Code: 550, Enhanced: "5.1.3", Command: "RCPT TO", Text: "malformed address"}, true},
		{Said{Code: 550, Enhanced: "5.1.3", Command: "end of DATA", Text: "malformed address"}, false},
		{Said{Code: 550, Enhanced: "5.1.2", Command: "end of DATA", Text: "recipient domain not found"}, false},
		{Said{Code: 550, Enhanced: "5.1.2", Command: "end of DATA", Text: "domain has expired"}, false},
		{Said{Code: 550, Enhanced: "5.1.1", Command: "RCPT TO", Text: "hm"}, true},
		{Said{Code: 550, Enhanced: "5.2.1", Text: "hm"}, true},
		{Said{Code: 550, Enhanced: "5.1.1", Command: "end of DATA", Text: "hm"}, false},
		{Said{Code: 550, Enhanced: "5.2.1", Command: "DATA", Text: "hm"}, false},
		{Said{Enhanced: "5.1.2", Text: "unknown domain x.example"}, true},
		{Said{Text: "unknown domain x.example"}, true},
		{Said{Code: 550, Text: "unknown domain x.example"}, false},
		{Said{Host: outlook, Text: "unknown domain x.example"}, false},
	} {
		if v := Default().Reply(&c.said); v.Reason.Hard() != c.hard {
			t.Errorf("%+v: %s by %s", c.said, v.Reason, v.Rule)
		}
	}
}

// A code for now, or of no failure, makes nothing hard wherever it stands; nor does
// one of policy.
func TestCodesThatForbid(t *testing.T) {
	for _, said := range []Said{
		{Text: "550 4.1.1 user unknown"},
		{Text: "550 5.1.1 user unknown (450 4.1.1)"},
		{Code: 550, Enhanced: "5.1.1", Text: "450 4.1.1 user unknown"},
		{Code: 550, Enhanced: "5.1.1", Text: "450 user unknown"},
		{Code: 550, Enhanced: "4.1.1", Text: "user unknown"},
		{Code: 250, Text: "user unknown"},
		{Code: 354, Text: "user unknown"},
		{Code: 550, Enhanced: "2.1.5", Text: "user unknown"},
		{Text: "571 user unknown"},
		{Text: "550 5.7.x user unknown"},
		{Text: "550 5.1.1 user unknown 5.7.1"},
		{Text: "550 5.1.1 user unknown [5.7.509]"},
	} {
		if v := Default().Reply(&said); v.Reason.Hard() {
			t.Errorf("%+v: %s by %s", said, v.Reason, v.Rule)
		}
	}
	for _, said := range []Said{
		{Text: "550 5.1.1 user unknown on 4.3.2.1"},
		{Text: "550 5.1.1 user unknown on mx5.7.example"},
		{Enhanced: "5.1.1", Text: "user unknown"},
		{Text: "user unknown"},
	} {
		if v := Default().Reply(&said); !v.Reason.Hard() {
			t.Errorf("%+v: %s by %s", said, v.Reason, v.Rule)
		}
	}
}

// The host says who answered; the words do where nobody knows the host, and one
// provider's rule is not for another's replies.
func TestProviderOfReply(t *testing.T) {
	for _, c := range []struct {
		host, text, provider string
		hard                 bool
	}{
		{"mx.libero.it", "550 message content rejected", "libero", false},
		{"mx.free.fr", "550 not our customer", "free", false},
		{"mxs.mail.ru", "552 user is over the quota", "mailru", false},
		{"mx.google.com", "452 insufficient system resources", "gmail", false},
		{"mx.comcast.net", "550 not our customer", "comcast", true},
		{"mx.shop.example", "550 not our customer", "comcast", true},
		{"", "550 5.1.1 the email account that you tried to reach does not exist", "gmail", true},
		{"mx.free.fr", "550 no such user", "free", true},
	} {
		v := Default().Reply(&Said{Host: c.host, Text: c.text})
		if v.Provider != c.provider || v.Reason.Hard() != c.hard {
			t.Errorf("%s: %s: %+v", c.host, c.text, v)
		}
	}
}
