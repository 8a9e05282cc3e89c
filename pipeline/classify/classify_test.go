package classify

import (
	"testing"

	"mailfate/schemas"
)

// Where no rule knows the words the codes decide, and the verdict says so.
func TestCodesAlone(t *testing.T) {
	for _, c := range []struct {
		code     uint16
		enhanced string
		want     schemas.Reason
		rule     string
	}{
		{550, "5.1.1", schemas.UserUnknown, "enhanced:5.1.1"},
		{550, "5.2.1", schemas.UserInactive, "enhanced:5.2.1"},
		{452, "4.2.2", schemas.MailboxFull, "enhanced:x.2.2"},
		{0, "5.4.4", schemas.NoDNS, "enhanced:5.4.4"},
		{550, "5.7.1", schemas.Policy, "enhanced:5.7.*"},
		{550, "5.7.99", schemas.Policy, "enhanced:5.7.*"},
		{550, "5.7.620", schemas.IPBlocklisted, "enhanced:5.7.606-649"},
		{451, "4.7.1", schemas.Greylisted, "enhanced:4.7.1"},
		{450, "5.1.1", schemas.Unclassified, "enhanced:5.1.1"}, // for now, says the code
		{421, "", schemas.RateLimited, "code:421"},
		{421, "4.7.0", schemas.RateLimited, "code:421"},
		{556, "", schemas.DomainInactive, "code:556"},
		{550, "", schemas.Unclassified, "code:550"},
		{550, "5.0.0", schemas.Unclassified, "code:550"},
		{550, "nonsense", schemas.Unclassified, "code:550"},
		{250, "2.0.0", schemas.Unclassified, "none"},
		{0, "", schemas.Unclassified, "none"},
	} {
		got := Default().Reply(&Said{Code: c.code, Enhanced: c.enhanced})
		if got.Reason != c.want || got.Rule != c.rule {
			t.Errorf("%d %s: %s by %s, want %s by %s", c.code, c.enhanced, got.Reason, got.Rule, c.want, c.rule)
		}
	}
}

// A text tells its codes wherever it has them.
func TestFindCodes(t *testing.T) {
	for text, want := range map[string]struct {
		code     uint16
		enhanced string
	}{
		"550 5.1.1 no":    {550, "5.1.1"},
		"550-5.1.1 no":    {550, "5.1.1"},
		"550 #5.1.1 no":   {550, "5.1.1"},
		"550 no (#5.1.1)": {550, "5.1.1"},
		"550":             {550, ""},
		"host mx.example[192.0.2.1] said: 452 4.2.2 full (in reply to RCPT TO)": {452, "4.2.2"},
		"smtp;550 5.1.1 (bad destination)":                                      {550, "5.1.1"},
		"smtp; 550-5.1.1 no":                                                    {550, "5.1.1"},
		"Remote server returned '550 5.7.1 no'":                                 {550, "5.7.1"},
		"wait 450 seconds":                                                      {0, ""},
		"listed 192.0.2.1 and 5.7.1.9":                                          {0, ""},
		"version 4.5.6beta":                                                     {0, ""},
		"2.0.0 ok":                                                              {0, ""},
		"":                                                                      {0, ""},
	} {
		if code, enhanced := findCodes(text); code != want.code || enhanced != want.enhanced {
			t.Errorf("%q: %d %q, want %d %q", text, code, enhanced, want.code, want.enhanced)
		}
	}
}

func TestNormalise(t *testing.T) {
	for text, want := range map[string]string{
		"550-5.1.1 The email account 550-5.1.1 does not 550 5.1.1  exist": "the email account does not exist",
		"550-First\\n550-second\\n550 third":                              "first second third",
		"Empf\xe4nger  unbekannt":                                         "empfanger unbekannt",
		"Empfänger unbekannt, Straße ŁÓDŹ":                                "empfanger unbekannt, strasse lodz",
		"<blocked@spam.example>: no":                                      "<{email}>: no",
		`<"user unknown"@x.example>: no`:                                  "<{email}>: no",
		"宛先user@x.exampleが":                                               "宛先{email}が",
		"a@[192.0.2.1]: no":                                               "{email}: no",
		"see anna@x.example.":                                             "see {email}.",
		"at @ nowhere":                                                    "at @ nowhere",
		"wait 300 seconds, call 555-1234":                                 "wait 300 seconds, call 555-1234",
		"\x00\x01\t ":                                                     "",
	} {
		if got := string(normalise(nil, text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What answers a command before RCPT says nothing of the recipient.
func TestBeforeRecipientIsNeverHard(t *testing.T) {
	for _, command := range []string{"MAIL FROM", "mail from:<a@b.example>", "EHLO", "STARTTLS", "initial server greeting"} {
		said := Said{Code: 550, Enhanced: "5.1.1", Command: command, Text: "550 5.1.1 no such user"}
		if v := Default().Reply(&said); v.Reason.Hard() {
			t.Errorf("%s: %s by %s", command, v.Reason, v.Rule)
		}
	}
}
