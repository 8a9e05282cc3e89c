package reply

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources/mta/scan"
)

// Enhanced reads the enhanced status code that words begin with (RFC 3463); ""
// when there is none.
func Enhanced(s string) string {
	code, _, _ := strings.Cut(s, " ")
	if len(code) < len("5.1.1") || len(code) > len("5.999.999") || code[1] != '.' || code[0] < '2' || code[0] > '5' {
		return ""
	}
	subject, detail, ok := strings.Cut(code[2:], ".")
	if !ok || !isNumber(subject) || !isNumber(detail) {
		return ""
	}
	return code
}

func isNumber(s string) bool {
	_, rest, ok := scan.Number(s)
	return ok && rest == ""
}

// RefusalReason tells why a client was turned away, by what it was told (RFC 5321,
// 4.2.2; RFC 4954, 6). Whether it may try again makes no difference: who is put off
// by a rule (RFC 3463, x.7.x: a grey list) is so by policy, as who is sent away.
func RefusalReason(code uint16, enhanced string) schemas.Reason {
	if strings.HasPrefix(enhanced, "4.7.") {
		return schemas.Policy
	}
	switch code {
	case 500, 501, 502, 503, 504, 553, 555:
		return schemas.Syntax
	case 530, 534, 535, 538:
		return schemas.Credentials
	case 421, 451, 452:
		return schemas.Other
	}
	if strings.HasPrefix(enhanced, "4.3.") {
		return schemas.Other
	}
	return schemas.Policy
}
