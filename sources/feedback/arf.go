package feedback

import (
	"cmp"
	"slices"
	"strings"

	"mailfate/schemas"
)

// originalRecipient is where Microsoft's feedback loop names the recipient: in the
// mail that it returns, without a machine's part (its Junk Mail Reporting Program).
const originalRecipient = "x-hmxmroriginalrecipient"

// complaints returns what a feedback loop reports (RFC 5965), an event for each
// recipient, or one without a recipient.
func (r *report) complaints() []schemas.Event {
	ev := schemas.Event{
		Sender:    r.sender(),
		Relay:     withoutType(r.feedback.first("reporting-mta")),
		UserAgent: r.feedback.first("user-agent"),
		IP:        r.feedback.first("source-ip"),
	}
	ev.Kind, ev.Reason, ev.Reply = KindOf(r.feedbackType())
	if ev.Reason == schemas.AuthFailure {
		ev.Reply = r.feedback.first("auth-failure")
	}
	recipients := r.complainers()
	if len(recipients) == 0 {
		recipients = []string{""}
		ev.Reply = cmp.Or(ev.Reply, r.hashed())
	}
	evs := make([]schemas.Event, len(recipients))
	for i, to := range recipients {
		evs[i] = ev
		evs[i].Recipient = to
	}
	return evs
}

// complainers returns whom the report names; nobody when it does not say.
func (r *report) complainers() []string {
	var rs []string
	for _, name := range []string{"original-rcpt-to", "removal-recipient"} {
		for _, v := range r.feedback.all(name) {
			switch to := Recipient(v); {
			case to == "" || slices.Contains(rs, to):
			case len(rs) == maxRecipients:
				r.more++
			default:
				rs = append(rs, to)
			}
		}
	}
	for _, to := range []string{Recipient(r.returned.first(originalRecipient)), r.onlyTo()} {
		if len(rs) == 0 && to != "" {
			rs = append(rs, to)
		}
	}
	return rs
}

// hashed returns what the report has in a recipient's place where that is a hash,
// for people to find out whose.
func (r *report) hashed() string {
	for _, name := range []string{"original-rcpt-to", "removal-recipient"} {
		for _, v := range r.feedback.all(name) {
			hash := strings.ToLower(address(v))
			if local, _, _ := strings.Cut(hash, "@"); isHash(local) && isClean(hash) {
				return hash
			}
		}
	}
	return ""
}

// complaintWithoutPart returns the complaint of a feedback loop that writes none
// of what RFC 5965 wants; false when the mail is none.
func (m *mail) complaintWithoutPart(r *report) (schemas.Event, bool) {
	named := r.returned.first(originalRecipient)
	if named == "" {
		named = m.header.first(originalRecipient)
	}
	if named == "" || r.returned == nil {
		return schemas.Event{}, false
	}
	ev := schemas.Event{Kind: schemas.Complained, Identity: schemas.Identity{Recipient: Recipient(named)}, Sender: r.sender()}
	return ev, true
}

// sender returns the envelope sender that the report names.
func (r *report) sender() string {
	v := strings.TrimSpace(r.feedback.first("original-mail-from"))
	if v == "" {
		return ""
	}
	if a := address(v); a != "" {
		return a
	}
	return "<>"
}

// KindOf returns the kind of event that a Feedback-Type is; words is the type
// where that does not say it.
func KindOf(feedbackType string) (kind schemas.Kind, reason schemas.Reason, words string) {
	switch t := strings.ToLower(feedbackType); t {
	case "abuse":
		return schemas.Complained, schemas.ReasonNone, ""
	case "opt-out", "opt-out-list":
		return schemas.Unsubscribed, schemas.ReasonNone, ""
	case "not-spam":
		return schemas.NotSpam, schemas.ReasonNone, ""
	case "fraud":
		return schemas.OtherReport, schemas.Fraud, ""
	case "virus":
		return schemas.OtherReport, schemas.ReportVirus, ""
	case "auth-failure":
		return schemas.OtherReport, schemas.AuthFailure, ""
	case "other":
		return schemas.OtherReport, schemas.Other, ""
	default:
		return schemas.OtherReport, schemas.Other, t
	}
}

// withoutType drops the name's type, as dns; (RFC 3464, 2.1.2).
func withoutType(s string) string {
	if _, name, found := strings.Cut(s, ";"); found {
		s = name
	}
	return strings.TrimSpace(s)
}
