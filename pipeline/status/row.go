package status

import (
	"slices"

	"mailfate/schemas"
)

// summarise makes the row of message_status from a timeline and its history.
func (t *timeline) summarise(src *Sources, history []schemas.Change) schemas.Row {
	r := schemas.Row{Attempts: uint32(len(t.attempts))}
	for i := range t.points {
		p := &t.points[i]
		describe(&r, p.Event)
		spanTime(&r, p.Event.Time)
		if p.Suspicious {
			r.Suspicious++
			continue
		}
		t.mark(&r, p)
	}
	t.conclude(&r, history)
	t.countUp(&r, src)
	t.noteRules(&r, src)
	return r
}

// describe takes over what an event says about the message itself; the earliest
// that says it has the word.
func describe(r *schemas.Row, ev *schemas.Event) {
	first(&r.EmailID, ev.EmailID)
	first(&r.Sender, ev.Sender)
	first(&r.Subject, ev.Subject)
	first(&r.Campaign, ev.Campaign)
	first(&r.Size, ev.Size)
	if r.Tags == nil {
		r.Tags = ev.Tags
	}
}

func first[T comparable](to *T, v T) {
	var zero T
	if *to == zero {
		*to = v
	}
}

func spanTime(r *schemas.Row, t int64) {
	if r.First == 0 || t < r.First {
		r.First = t
	}
	r.Last = max(r.Last, t)
}

// mark notes when something happened first, and in the newest attempt.
func (t *timeline) mark(r *schemas.Row, p *Point) {
	newest := p.Attempt == len(t.attempts)-1
	switch p.Kind {
	case schemas.Queued:
		first(&r.Queued, p.Time)
	case schemas.Deferred:
		first(&r.Deferred, p.Time)
	case schemas.Delivered:
		first(&r.Delivered, p.Time)
	case schemas.Expired:
		if newest {
			r.Expired = p.Time
		}
	case schemas.Opened:
		first(&r.Opened, p.Time)
	case schemas.Read:
		first(&r.Opened, p.Time)
		first(&r.Read, p.Time)
	case schemas.Clicked:
		first(&r.Clicked, p.Time)
		r.URL = p.Event.URL
	case schemas.Unsubscribed:
		first(&r.Unsubscribed, p.Time)
	case schemas.Complained:
		first(&r.Complained, p.Time)
	case schemas.MachineOpened, schemas.MachineRead:
		first(&r.MachineOpened, p.Time)
	case schemas.MachineClicked:
		first(&r.MachineClicked, p.Time)
	}
}

// conclude notes where the message stands and what was said about it.
func (t *timeline) conclude(r *schemas.Row, history []schemas.Change) {
	var last, put *Point // what was said last, and what put it off last
	for i := range t.points {
		p := &t.points[i]
		if p.Derived || p.Suspicious || p.Kind.Stage() != schemas.StageTransport {
			continue
		}
		if p.Kind == schemas.Deferred {
			put = p
		}
		ev := p.Event
		switch {
		case p.Kind == schemas.Expired && ev.Code == 0 && last != nil && last.Kind == schemas.Deferred && last.Attempt == p.Attempt:
			// The queue's own words tell less than why it was put off.
		case ev.Reply != "" || ev.Relay != "" || ev.Code != 0 || ev.Enhanced != "":
			last = p
		}
	}
	if n := len(history); n > 0 {
		end := &history[n-1]
		r.Statuses, r.Reason = end.After, end.Reason
		if end.Kind == schemas.Expired && put != nil && put.Attempt == len(t.attempts)-1 {
			r.Reason = put.Reason // why it was put off is why it was given up
		}
	}
	if bounce := t.bounce(history); bounce != nil {
		r.Bounced, r.Reason = bounce.Time, bounce.Reason
		last = bounce
	}
	if last != nil {
		r.Code, r.Enhanced, r.Reply, r.Relay = last.Event.Code, last.Event.Enhanced, last.Event.Reply, last.Event.Relay
	}
}

// bounce is the newest attempt's failure that its status tells of: the first that
// was refused, which is final, or the last that was sent back and changed anything.
func (t *timeline) bounce(history []schemas.Change) (found *Point) {
	for i := range t.points {
		p := &t.points[i]
		switch {
		case p.Suspicious || p.Attempt != len(t.attempts)-1 || p.Kind != schemas.Bounced && p.Kind != schemas.BouncedLater:
		case found == nil, found.Kind == schemas.BouncedLater && p.Kind == schemas.BouncedLater && causes(history, p.ID):
			found = p
		}
	}
	return found
}

func causes(history []schemas.Change, id schemas.EventID) bool {
	return slices.ContainsFunc(history, func(c schemas.Change) bool { return c.Cause == id })
}
