package feedback

import (
	"strings"

	"mailfate/schemas"
)

// disposed returns what a reader's program says was done with the mail (RFC 8098,
// 3.2.6): displayed by a person is an open; anything else is kept.
func (r *report) disposed() schemas.Event {
	ev := schemas.Event{UserAgent: r.disposition.first("reporting-ua"), Relay: withoutType(r.disposition.first("mdn-gateway"))}
	ev.Recipient = Recipient(r.disposition.first("original-recipient"))
	if ev.Recipient == "" {
		ev.Recipient = Recipient(r.disposition.first("final-recipient"))
	}
	said := r.disposition.first("disposition")
	mode, what, _ := strings.Cut(strings.ToLower(said), ";")
	action, _, _ := strings.Cut(strings.TrimSpace(mode), "/")
	what, modifier, _ := strings.Cut(strings.TrimSpace(what), "/")
	if strings.TrimSpace(action) == "manual-action" && strings.TrimSpace(what) == "displayed" && strings.TrimSpace(modifier) == "" {
		ev.Kind = schemas.Opened
		return ev
	}
	ev.Kind, ev.Reason, ev.Reply = schemas.OtherReport, schemas.Other, label("disposition", said)
	return ev
}
