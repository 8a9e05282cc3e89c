package reply

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources/mta/scan"
)

// Enhanced reads the enhanced status code that words begin with (RFC 3463); it is
// empty when there is none.
func Enhanced[T scan.Text](s T) T {
	none := s[:0]
	if len(s) < len("5.1.1") || s[0] < '2' || s[0] > '5' || s[1] != '.' {
		return none
	}
	_, rest, ok := scan.Number(s[2:])
	if !ok || len(rest) == 0 || rest[0] != '.' {
		return none
	}
	_, rest, ok = scan.Number(rest[1:])
	n := len(s) - len(rest)
	if !ok || n > len("5.999.999") || len(rest) > 0 && rest[0] != ' ' {
		return none
	}
	return s[:n]
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
