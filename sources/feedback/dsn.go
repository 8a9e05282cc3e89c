package feedback

import (
	"strings"

	"mailfate/schemas"
	"mailfate/sources/mta/reply"
)

// statuses returns what an MTA says became of the mail (RFC 3464): an event for
// each recipient. What it says of one that cannot be is kept as another report.
func (r *report) statuses() []schemas.Event {
	evs := make([]schemas.Event, 0, len(r.recipients))
	for _, fs := range r.recipients {
		evs = append(evs, r.status(fs))
	}
	return evs
}

func (r *report) status(fs fields) schemas.Event {
	said := fs.first("diagnostic-code")
	kind, words, found := strings.Cut(said, ";")
	if !found || strings.EqualFold(kind, "x-unix") { // how a program ended: a number alone
		words = said
	}
	d := diagnose(words)
	ev := schemas.Event{
		Code: d.code, Enhanced: d.status(fs.first("status")), Reply: d.text,
		Relay: withoutType(fs.first("remote-mta")),
	}
	if ev.Relay == "" {
		ev.Relay = withoutType(r.delivery.first("reporting-mta"))
	}
	// The address that the sender wrote, where the MTA was told.
	ev.Recipient = Recipient(fs.first("original-recipient"))
	if ev.Recipient == "" {
		ev.Recipient = Recipient(fs.first("final-recipient"))
	}
	action := strings.ToLower(firstWord(fs.first("action")))
	ev.Kind = kindOfAction(action, reply.Enhanced(firstWord(fs.first("status"))), d)
	if ev.Kind == schemas.OtherReport {
		ev.Reason = schemas.Other
		ev.Reply = label("delivery status", action+" "+fs.first("status")+" "+ev.Reply)
	}
	return ev
}

// kindOfAction returns what an MTA says that it did with a mail. Where its status
// says otherwise, neither is believed, and no failure without any code.
func kindOfAction(action, status string, d diagnosis) schemas.Kind {
	success := strings.HasPrefix(status, "2.")
	failure := status != "" && status[0] >= '4' || status == "" && (d.code != 0 || d.enhanced != "")
	switch action {
	case "failed":
		if failure {
			return schemas.BouncedLater
		}
	case "delayed":
		if failure {
			return schemas.Deferred
		}
	case "delivered", "relayed", "expanded":
		if success || status == "" {
			return schemas.Delivered
		}
	}
	return schemas.OtherReport
}

// label says of words that are kept what they are.
func label(what, words string) string {
	return what + ": " + strings.Join(strings.Fields(words), " ")
}
