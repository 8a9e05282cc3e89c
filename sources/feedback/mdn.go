package feedback

import (
	"strings"

	"mailfate/schemas"
)

// disposed returns what a reader's program says was done with the mail (RFC 8098,
// 3.2.6): displayed by a person is an open. Deleted by itself, in the words of a
// server that sends it back, it was refused (RFC 5429, 2.2): by its reader, who does
// not want it, whatever the reason says that he gives. Anything else is kept.
func (r *report) disposed(m *mail) schemas.Event {
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
	if words, ok := m.rejection(); ok && strings.TrimSpace(action) == "automatic-action" && strings.TrimSpace(what) == "deleted" {
		ev.Kind, ev.Reason, ev.Reply = schemas.BouncedLater, schemas.NotPermitted, words
		return ev
	}
	ev.Kind, ev.Reason, ev.Reply = schemas.OtherReport, schemas.Other, label("disposition", said)
	return ev
}
