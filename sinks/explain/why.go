package explain

import (
	"cmp"
	"fmt"
	"slices"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/status"
	"mailfate/schemas"
)

// notes say why the point at i is read as it is.
func (t *teller) notes(points []status.Point, i int) []string {
	p := &points[i]
	if p.Derived {
		return []string{inference(p)}
	}
	ev := t.full(p.Event)
	notes := t.reading(p, ev, points)
	if note := belonging(ev); note != "" {
		notes = append(notes, note)
	}
	switch {
	case p.Doubtful && p.Event.Confidence == schemas.ConfidenceStrong:
		notes = append(notes, "suspicious: any of the message's recipients could say it of this one, so it changes nothing")
	case p.Doubtful:
		notes = append(notes, "suspicious: it is not sure that it is about this message, so it changes nothing")
	case p.Suspicious:
		notes = append(notes, "suspicious: this attempt was never delivered, so it changes nothing")
	}
	if p.Moot {
		notes = append(notes, "the same attempt was sent back before, so it changes nothing")
	}
	return notes
}

// inference says what a derived point follows from.
func inference(p *status.Point) string {
	switch p.Kind {
	case schemas.Expired:
		return "inferred: nothing ended the attempt in the " + span(p.Time-p.Event.Time) + " after its first deferral"
	case schemas.Discarded:
		return "inferred: no credit came in the " + span(p.Time-p.Event.Time) + " after it was depleted"
	case schemas.Released, schemas.Renewed:
		return "inferred: it is " + p.Event.Kind.String() + ", so what held it had ended"
	case schemas.Resend:
		return "inferred: it is " + p.Event.Kind.String() + ", so it was taken up again"
	}
	return "inferred from " + p.Event.Kind.String()
}

// reading says why an event is read as another kind, or for which reason.
func (t *teller) reading(p *status.Point, ev *schemas.Event, points []status.Point) []string {
	var notes []string
	if p.Kind != ev.Kind {
		notes = append(notes, fmt.Sprintf("logged as %s, read as %s: %s", ev.Kind, p.Kind, whyKind(p, ev, points)))
	}
	if p.Time != ev.Time {
		notes = append(notes, fmt.Sprintf("logged at %s: a mail does not come back before it was delivered", Time(ev.Time).stamp()))
	}
	if p.Reason != ev.Reason {
		notes = append(notes, t.whyReason(p.Reason, ev))
	}
	return notes
}

// whyReason says which rule reads the reason from the reply.
func (t *teller) whyReason(r schemas.Reason, ev *schemas.Event) string {
	said := classify.SaidIn(ev)
	rule := t.Replies.Reply(&said).Rule
	if r == schemas.Unclassified {
		return "the reply names no reason that is known: rule " + rule
	}
	return "the reason is read from the reply: rule " + rule
}

// byRule begins why it is a machine's doing.
const byRule = "rule "

func whyKind(p *status.Point, ev *schemas.Event, points []status.Point) string {
	switch p.Kind {
	case schemas.Relayed:
		return "the next queue id " + ev.NextQueueID + " is ours"
	case schemas.BouncedLater:
		at := slices.IndexFunc(points, func(o status.Point) bool { return o.Kind == schemas.Delivered && o.Attempt == p.Attempt })
		if at >= 0 {
			return "the same attempt was delivered at " + Time(points[at].Time).stamp() + ", so another mailbox of this address refused it, or it came back"
		}
		return "the same attempt was delivered"
	case schemas.MachineOpened, schemas.MachineRead, schemas.MachineClicked, schemas.MachineUnsubscribed:
		return byRule + p.Fetcher.Rule() + ": " + p.Fetcher.Means()
	}
	return "the other events say so"
}

// belonging says why an event is this recipient's that does not name it.
func belonging(ev *schemas.Event) string {
	switch {
	case ev.Recipient != "":
		return ""
	case ev.ForWholeMessage():
		return "about the whole message"
	}
	return "names no recipient, and the message has no other"
}

// heldEvents groups what belongs to nobody's story, in the order found. Where
// nobody was addressed, so far as is known, that is everything.
func heldEvents(f *Found) []HeldEvents {
	held := f.Held
	if len(f.Recipients) == 0 {
		for i := range f.Events {
			if ev := &f.Events[i]; !slices.ContainsFunc(f.Held, func(h Held) bool { return h.ID == ev.ID }) {
				held = append(held, Held{Event: *ev})
			}
		}
	}
	groups := []HeldEvents{}
	for i := range held {
		h := &held[i]
		account := cmp.Or(h.Account, schemas.DefaultAccount)
		n := len(groups) - 1
		if n < 0 || groups[n].Contested != h.Contested || groups[n].Account != account ||
			groups[n].Recipient != h.Recipient || groups[n].Kind != h.Kind.String() {
			groups = append(groups, HeldEvents{
				Contested: h.Contested, Account: account, Recipient: h.Recipient, Kind: h.Kind.String(),
				Why: whyHeld(f, h), Total: h.Events,
			})
			n++
		}
		groups[n].Events = append(groups[n].Events, *eventOf(&h.Event))
		groups[n].Total = max(groups[n].Total, uint64(len(groups[n].Events)))
	}
	return groups
}

func whyHeld(f *Found, h *Held) string {
	switch {
	case h.Contested:
		return "several accounts have a message of this id, and this does not say whose it is"
	case len(f.Recipients) == 0 && h.Recipient == "" && h.ForWholeMessage():
		return "about the whole message, of which no recipient is known yet"
	case len(f.Recipients) == 0:
		return "nobody is known to have sent this message"
	case h.Recipient == "":
		return "it names no recipient, and the message has not exactly one"
	}
	return "the message is not known to have been sent to this recipient"
}
