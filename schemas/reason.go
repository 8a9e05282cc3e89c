package schemas

import "fmt"

// Reason refines a kind. Each kind has its own closed set; the numbers are
// stored: append, never renumber.
type Reason uint8

// The reasons, grouped by the kinds that carry them.
const (
	ReasonNone Reason = iota

	// Of Refused (with Other), Invalid, Blocked, Released.
	Syntax
	Credentials
	Policy // also of bounces and deferrals
	Other  // also of OtherReport
	InvalidSender
	InvalidRecipient
	InvalidContent
	SpamRemoved
	SpamSkipped
	Requeue
	Later
	AsNew

	// Of Suppressed.
	SuppressedUnsubscribed
	SuppressedComplained
	SuppressedHardBounced
	SuppressedUnreachable
	SuppressedUnavailable
	DupUnreachable
	DupTemporarilyUnavailable
	DupMailboxFull

	// Of Cancelled.
	BySender
	CampaignBlocked
	AccountBlocked

	// Of Deferred, Bounced and BouncedLater.
	UserUnknown
	UserInactive
	MailboxDiscarded
	AddressSyntax
	NoDNS
	DomainInactive
	MailboxFull
	NotPermitted
	NoSMTP
	ConnectionFailed
	DNSFailure
	Misconfigured
	RemoteError
	Greylisted
	RateLimited
	IPBlocklisted
	DomainBlocklisted
	SpamContent
	Virus
	TooLarge
	AttachmentRefused
	AuthFailed
	TLSRequired
	SenderRejected
	ProtocolError
	LocalError
	Unclassified

	// Of OtherReport.
	Fraud
	ReportVirus
	AuthFailure

	// ReasonCount is one more than the largest reason.
	ReasonCount
)

var reasonNames = [ReasonCount]string{
	ReasonNone:                "",
	Syntax:                    "syntax",
	Credentials:               "credentials",
	Policy:                    "policy",
	Other:                     "other",
	InvalidSender:             "sender",
	InvalidRecipient:          "recipient",
	InvalidContent:            "content",
	SpamRemoved:               "spam_removed",
	SpamSkipped:               "spam_skipped",
	Requeue:                   "requeue",
	Later:                     "later",
	AsNew:                     "as_new",
	SuppressedUnsubscribed:    "unsubscribed",
	SuppressedComplained:      "complained",
	SuppressedHardBounced:     "hard_bounced",
	SuppressedUnreachable:     "unreachable",
	SuppressedUnavailable:     "unavailable",
	DupUnreachable:            "dup_unreachable",
	DupTemporarilyUnavailable: "dup_temporarily_unavailable",
	DupMailboxFull:            "dup_mailbox_full",
	BySender:                  "by_sender",
	CampaignBlocked:           "campaign_blocked",
	AccountBlocked:            "account_blocked",
	UserUnknown:               "user_unknown",
	UserInactive:              "user_inactive",
	MailboxDiscarded:          "mailbox_discarded",
	AddressSyntax:             "address_syntax",
	NoDNS:                     "no_dns",
	DomainInactive:            "domain_inactive",
	MailboxFull:               "mailbox_full",
	NotPermitted:              "not_permitted",
	NoSMTP:                    "no_smtp",
	ConnectionFailed:          "connection_failed",
	DNSFailure:                "dns_failure",
	Misconfigured:             "misconfigured",
	RemoteError:               "remote_error",
	Greylisted:                "greylisted",
	RateLimited:               "rate_limited",
	IPBlocklisted:             "ip_blocklisted",
	DomainBlocklisted:         "domain_blocklisted",
	SpamContent:               "spam_content",
	Virus:                     "virus",
	TooLarge:                  "too_large",
	AttachmentRefused:         "attachment_refused",
	AuthFailed:                "auth_failed",
	TLSRequired:               "tls_required",
	SenderRejected:            "sender_rejected",
	ProtocolError:             "protocol_error",
	LocalError:                "local_error",
	Unclassified:              "unclassified",
	Fraud:                     "fraud",
	ReportVirus:               "virus",
	AuthFailure:               "auth_failure",
}

// A reasonRange is a contiguous run of reasons, both ends included.
type reasonRange struct{ first, last Reason }

var failureReasons = []reasonRange{{UserUnknown, Unclassified}, {Policy, Policy}}

var kindReasons = [KindCount][]reasonRange{
	Refused:      {{Syntax, Other}},
	Blocked:      {{SpamRemoved, SpamSkipped}},
	Released:     {{Requeue, AsNew}},
	Suppressed:   {{SuppressedUnsubscribed, DupMailboxFull}},
	Cancelled:    {{BySender, AccountBlocked}},
	Invalid:      {{InvalidSender, InvalidContent}},
	Deferred:     failureReasons,
	Bounced:      failureReasons,
	BouncedLater: failureReasons,
	OtherReport:  {{Fraud, AuthFailure}, {Other, Other}},
}

// String returns the reason's name as documents and tables spell it.
func (r Reason) String() string {
	if r >= ReasonCount {
		return fmt.Sprintf("reason(%d)", uint8(r))
	}
	return reasonNames[r]
}

// Has reports whether events of kind k can carry reason r.
func (k Kind) Has(r Reason) bool {
	if k >= KindCount {
		return false
	}
	for _, rg := range kindReasons[k] {
		if r >= rg.first && r <= rg.last {
			return true
		}
	}
	return false
}

// Reasons lists the reasons of a kind in their stored order; nil when it has none.
func (k Kind) Reasons() []Reason {
	if k >= KindCount {
		return nil
	}
	var rs []Reason
	for _, rg := range kindReasons[k] {
		for r := rg.first; r <= rg.last; r++ {
			rs = append(rs, r)
		}
	}
	return rs
}

// ParseReason returns the reason of kind k with that name. The empty name is
// ReasonNone for every kind.
func ParseReason(k Kind, name string) (Reason, bool) {
	if name == "" {
		return ReasonNone, true
	}
	for _, r := range k.Reasons() {
		if reasonNames[r] == name {
			return r, true
		}
	}
	return ReasonNone, false
}

// Fails reports whether events of kind k say why a delivery failed, so that
// their reason is one of the failure reasons and may be classified from a reply.
func (k Kind) Fails() bool { return k == Deferred || k == Bounced || k == BouncedLater }

// Fault says whose doing a failure is.
type Fault uint8

// The faults.
const (
	FaultNone Fault = iota
	FaultRecipient
	FaultContent
	FaultSenderReputation
	FaultOurInfrastructure
	FaultTheirInfrastructure
)

// String returns the fault's name.
func (f Fault) String() string {
	switch f {
	case FaultRecipient:
		return "recipient"
	case FaultContent:
		return "content"
	case FaultSenderReputation:
		return "sender_reputation"
	case FaultOurInfrastructure:
		return "our_infrastructure"
	case FaultTheirInfrastructure:
		return "their_infrastructure"
	}
	return ""
}

// Fault tells whose doing a failure reason is; FaultNone for other reasons.
func (r Reason) Fault() Fault {
	switch r {
	case UserUnknown, UserInactive, MailboxDiscarded, AddressSyntax, NoDNS, DomainInactive, MailboxFull, NotPermitted:
		return FaultRecipient
	case SpamContent, Virus, TooLarge, AttachmentRefused:
		return FaultContent
	case RateLimited, IPBlocklisted, DomainBlocklisted, Policy:
		return FaultSenderReputation
	case AuthFailed, TLSRequired, SenderRejected, ProtocolError, LocalError:
		return FaultOurInfrastructure
	case NoSMTP, ConnectionFailed, DNSFailure, Misconfigured, RemoteError, Greylisted, Unclassified:
		return FaultTheirInfrastructure
	}
	return FaultNone
}

// Hard reports whether a bounce for this reason says that the address itself is
// bad, so that mail to it is pointless. Only such a bounce suppresses an address.
func (r Reason) Hard() bool { return r >= UserUnknown && r <= DomainInactive }
