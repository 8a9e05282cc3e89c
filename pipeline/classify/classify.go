// Package classify says why a delivery failed, from what the remote server
// answered, and who fetched, from what it calls itself. It is pure: the same
// reply always has the same reason.
//
// Of replies it knows the enhanced status code (RFC 3463 and the registry of RFC
// 5248) and, where there is none, the reply code (RFC 5321, 4.2). It never
// calls a 5.7.x reply hard: one blocklisting would suppress every address.
package classify

import (
	"strings"

	"mailfate/schemas"
)

// Version changes whenever the same reply may get another reason, or the same
// agent be another's, so that stored results can be told from today's.
const Version = 2

// Reply returns the reason that a reply's codes name. A bounce and a deferral
// with the same detail have the same reason; whether it was for good is the
// event's kind, not its reason.
func Reply(code uint16, enhanced string) schemas.Reason {
	if r, ok := byStatus[enhanced]; ok {
		return r
	}
	if dot := strings.LastIndexByte(enhanced, '.'); dot >= 0 {
		if r, ok := bySubject[enhanced[:dot]]; ok {
			return r
		}
	}
	if enhanced == "" && code == 421 { // RFC 5321, 4.2.3: closing, try again later
		return schemas.RateLimited
	}
	return schemas.Unclassified
}

// byStatus is keyed by enhanced status code. A code counts in its own class
// only: what is said for good and what is said for now are different things.
var byStatus = map[string]schemas.Reason{
	"5.1.1":  schemas.UserUnknown,
	"5.1.2":  schemas.NoDNS,
	"5.1.3":  schemas.AddressSyntax,
	"5.1.6":  schemas.MailboxDiscarded,
	"5.1.7":  schemas.SenderRejected,
	"5.1.8":  schemas.SenderRejected,
	"5.1.10": schemas.DomainInactive,
	"5.2.1":  schemas.UserInactive,
	"4.2.2":  schemas.MailboxFull,
	"5.2.2":  schemas.MailboxFull,
	"5.2.3":  schemas.TooLarge,
	"5.3.0":  schemas.RemoteError,
	"5.3.4":  schemas.TooLarge,
	"4.4.1":  schemas.ConnectionFailed,
	"4.4.2":  schemas.ConnectionFailed,
	"4.4.3":  schemas.DNSFailure,
	"5.4.4":  schemas.NoDNS,
	"5.4.6":  schemas.Misconfigured,
	"4.4.6":  schemas.Misconfigured,
	// RFC 6531, 3.2: what the address is written in, no attachment.
	"5.6.7":  schemas.Unclassified,
	"5.6.8":  schemas.Unclassified,
	"5.6.9":  schemas.Unclassified,
	"5.6.10": schemas.Unclassified,
	"4.7.1":  schemas.Greylisted,
	"4.7.10": schemas.TLSRequired,
	"5.7.10": schemas.TLSRequired,
	"5.7.20": schemas.AuthFailed,
	"5.7.21": schemas.AuthFailed,
	"5.7.22": schemas.AuthFailed,
	"5.7.23": schemas.AuthFailed,
	"5.7.24": schemas.AuthFailed,
	"5.7.25": schemas.AuthFailed,
	"5.7.26": schemas.AuthFailed,
	"4.7.28": schemas.RateLimited,
}

// bySubject decides what byStatus does not list, by class and subject.
var bySubject = map[string]schemas.Reason{
	"4.3": schemas.RemoteError,
	"5.5": schemas.ProtocolError,
	"5.6": schemas.AttachmentRefused,
	"5.7": schemas.Policy,
}
