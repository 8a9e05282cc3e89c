package classify

import "testing"

// Replies that differ in names, numbers and times alone have one template.
func TestTemplate(t *testing.T) {
	for want, texts := range map[string][]string{
		"550 5.1.1 <{email}>: recipient address rejected: user unknown": {
			"550 5.1.1 <anna@shop.example>: Recipient address rejected: User unknown",
			"550-5.1.1 <bert.b+c@mail.shop.example>: Recipient address\n550 5.1.1 rejected: User unknown",
			"550 5.1.1  <\"a b\"@[192.0.2.1]>:  recipient ADDRESS rejected: User unknown ",
		},
		"554 5.7.1 service unavailable; client host [{ip}] blocked using {host}; {url}": {
			"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1",
			"554 5.7.1 Service unavailable; Client host [2001:db8::1] blocked using bl.x1.example; http://x.example/?a=b",
		},
		"421 4.7.0 [tss04] messages from {ip} temporarily deferred; see {url}": {
			"421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred; see https://postmaster.example/421",
			"421 4.7.0 [TSS04] Messages from 203.0.113.77 temporarily deferred; see https://postmaster.example/x",
		},
		"452 try again after {num} seconds, at {time}": {
			"452 try again after 300 seconds, at Sun, 22 Nov 2026 10:11:12 +0100",
			"452 try again after 7 seconds, at 2026-11-22 10:11:12",
			"452 try again after 7 seconds, at 2026-11-22T10:11:12Z",
		},
		"550 no mailbox {id} - gsmtp": {
			"550 no mailbox d2e1a72fcca58-7c8abc12345si123456qka.23 - gsmtp",
			"550 no mailbox 4jxdy6007fz1rh - gsmtp",
		},
		"resolver.adr.recipientnotfound; not found": {"RESOLVER.ADR.RecipientNotFound; not found"},
		"550 5.1.1 пользователь {email} не найден":  {"550 5.1.1 Пользователь anna@pochta.example не найден"},
		"": {"", "   "},
	} {
		for _, text := range texts {
			said := Said{Text: text}
			got := string(said.AppendTemplate(nil))
			if got != want {
				t.Errorf("%q:\n got %q\nwant %q", text, got, want)
			}
			first := Said{Text: texts[0]}
			if said.Fingerprint() != first.Fingerprint() {
				t.Errorf("%q has another fingerprint than %q", text, texts[0])
			}
		}
	}
}

// Codes belong to the template, wherever they were told.
func TestTemplateHasCodes(t *testing.T) {
	field := Said{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
	text := Said{Text: "550 5.1.1 no such user"}
	later := Said{Text: "450 4.1.1 no such user"}
	if field.Fingerprint() != text.Fingerprint() {
		t.Error("codes in fields and in the text make two templates")
	}
	if later.Fingerprint() == text.Fingerprint() {
		t.Error("a reply for now has the template of one for good")
	}
}

// The hash is stored: it may change only with what templates are.
func TestFingerprintStays(t *testing.T) {
	said := Said{Text: "550 5.1.1 <anna@shop.example>: Recipient address rejected: User unknown"}
	if got := said.Fingerprint().String(); got != "3ba0afe4348167a0" {
		t.Errorf("fingerprint %s", got)
	}
}
