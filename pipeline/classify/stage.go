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
	if hasPrefixFold(command, "RCPT") { // most are
		return toRecipient
	}
	for _, c := range [...]string{"end of DATA", "DATA", "BDAT", "message body", "."} {
		if hasPrefixFold(command, c) {
			return toLetter
		}
	}
	for _, c := range [...]string{"MAIL", "EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "greeting", "initial"} {
		if hasPrefixFold(command, c) {
			return beforeRecipient
		}
	}
	return anyStage
}

// allowsLate reports whether a rule's hard reason may be true of what answers the
// letter. A server that has taken the recipient knows the domain and can read the
// address. "User unknown" there is what the filters of Japanese carriers say of users
// who exist; so it counts only with a status that repeats it (x.1.x, x.2.x: servers
// that look users up late have one), or in the words of the provider who answers,
// whose rule knows what they mean (Yahoo tells it so late, and without a status).
func (q *question) allowsLate(r *rule) bool {
	switch r.reason {
	case schemas.NoDNS, schemas.DomainInactive, schemas.AddressSyntax:
		return false
	}
	return q.enhanced.subject == 1 || q.enhanced.subject == 2 || r.provider != "" && r.provider == q.provider
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
