package classify

import (
	"strings"

	"mailfate/schemas"
)

// stage is what part of the dialogue a reply answers.
type stage uint8

const (
	anyStage        stage = iota // nobody says
	beforeRecipient              // the greeting, EHLO, AUTH, MAIL
	toRecipient                  // RCPT
	toLetter                     // DATA and its end
)

func stageOf(command string) stage {
	for _, c := range [...]struct {
		begin string
		stage stage
	}{
		{"RCPT", toRecipient},
		{"end", toLetter}, {"DATA", toLetter}, {"BDAT", toLetter}, {"message", toLetter}, {".", toLetter},
		{"MAIL", beforeRecipient}, {"EHLO", beforeRecipient}, {"HELO", beforeRecipient}, {"LHLO", beforeRecipient},
		{"STARTTLS", beforeRecipient}, {"AUTH", beforeRecipient}, {"greeting", beforeRecipient}, {"initial", beforeRecipient},
	} {
		if hasPrefixFold(command, c.begin) {
			return c.stage
		}
	}
	return anyStage
}

// allows reports whether a rule's hard reason may be true of what answers this. A
// server that has taken the recipient and then refuses the letter knows the domain
// and can read the address. "User unknown" there is, with several providers, what
// their filters say, of users who exist; so it counts only with a status that
// repeats it (x.1.x, x.2.x: servers that look users up late have one), or in the
// words of the provider who answers, whose rule knows what they mean.
func (s stage) allows(r *rule, q *question) bool {
	if s != toLetter {
		return true
	}
	switch r.reason {
	case schemas.NoDNS, schemas.DomainInactive, schemas.AddressSyntax:
		return false
	}
	return q.enhanced.subject == 1 || q.enhanced.subject == 2 || r.provider != "" && r.provider == q.provider
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
