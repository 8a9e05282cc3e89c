// Package classify says why a delivery failed, from what the remote server
// answered. It is pure: the same reply always has the same reason.
//
// Today it knows the enhanced status code (RFC 3463 and the registry of RFC
// 5248) and, where there is none, the reply code (RFC 5321, 4.2). It never
// calls a 5.7.x reply hard: one blocklisting would suppress every address.
package classify

import (
	"strings"

	"mailfate/schemas"
)

// Version changes whenever the same reply may get another reason, so that
// stored results can be told from today's.
const Version = 1

// Reply returns the reason that a reply's codes name. A bounce and a deferral
// with the same detail have the same reason; whether it was for good is the
// event's kind, not its reason.
func Reply(code uint16, enhanced string) schemas.Reason {
	class, rest, ok := strings.Cut(enhanced, ".")
	if ok && (class == "4" || class == "5") {
		if r, ok := byDetail[rest]; ok {
			return r.of(class)
		}
		subject, _, _ := strings.Cut(rest, ".")
		if r, ok := bySubject[subject]; ok {
			return r.of(class)
		}
		return schemas.Unclassified
	}
	if r, ok := byCode[code]; ok {
		return r
	}
	return schemas.Unclassified
}

// A verdict is a reason per class: 4 is a temporary failure, 5 a permanent one.
type verdict struct{ temporary, permanent schemas.Reason }

func (v verdict) of(class string) schemas.Reason {
	if class == "4" {
		return v.temporary
	}
	return v.permanent
}

func both(r schemas.Reason) verdict { return verdict{r, r} }

// byDetail is keyed by subject and detail of the enhanced status code.
var byDetail = map[string]verdict{
	"1.1":  both(schemas.UserUnknown),
	"1.2":  both(schemas.NoDNS),
	"1.3":  both(schemas.AddressSyntax),
	"1.6":  both(schemas.MailboxDiscarded),
	"1.7":  both(schemas.SenderRejected),
	"1.8":  both(schemas.SenderRejected),
	"1.10": both(schemas.DomainInactive),
	"2.1":  both(schemas.UserInactive),
	"2.2":  both(schemas.MailboxFull),
	"2.3":  both(schemas.TooLarge),
	"3.4":  both(schemas.TooLarge),
	"4.1":  both(schemas.ConnectionFailed),
	"4.2":  both(schemas.ConnectionFailed),
	"4.3":  both(schemas.DNSFailure),
	"4.4":  verdict{schemas.DNSFailure, schemas.NoDNS},
	"4.6":  both(schemas.Misconfigured),
	"7.1":  verdict{schemas.Greylisted, schemas.Policy},
	"7.10": both(schemas.TLSRequired),
	"7.20": both(schemas.AuthFailed),
	"7.21": both(schemas.AuthFailed),
	"7.22": both(schemas.AuthFailed),
	"7.23": both(schemas.AuthFailed),
	"7.24": both(schemas.AuthFailed),
	"7.25": both(schemas.AuthFailed),
	"7.26": both(schemas.AuthFailed),
	"7.28": both(schemas.RateLimited),
}

// bySubject decides the details that byDetail does not list.
var bySubject = map[string]verdict{
	"3": both(schemas.RemoteError),
	"5": both(schemas.ProtocolError),
	"6": both(schemas.AttachmentRefused),
	"7": both(schemas.Policy),
}

var byCode = map[uint16]schemas.Reason{
	421: schemas.RateLimited,
	452: schemas.MailboxFull,
	500: schemas.ProtocolError,
	501: schemas.ProtocolError,
	502: schemas.ProtocolError,
	503: schemas.ProtocolError,
	504: schemas.ProtocolError,
	552: schemas.MailboxFull,
	555: schemas.ProtocolError,
}
