package explain

import (
	"mailfate/pipeline/status"
	"mailfate/schemas"
)

// records are the message's records as the processor keeps them, made anew from
// the events.
type records struct {
	sets     map[schemas.Identity]*schemas.Snapshot
	events   map[schemas.EventID]*schemas.Event // with where they were read, which sets do not keep
	unlisted map[schemas.EventID]uint64         // how many events come after this one that no set keeps
}

func newRecords(f *Found) *records {
	r := &records{
		sets: map[schemas.Identity]*schemas.Snapshot{}, events: map[schemas.EventID]*schemas.Event{},
		unlisted: map[schemas.EventID]uint64{},
	}
	for i := range f.Events {
		ev := &f.Events[i]
		r.events[ev.ID] = ev
		if ev.Kind.Derived() {
			continue // no source can have observed it: the processor refuses it too
		}
		status.Add(r.set(ev.Identity), ev)
	}
	header := r.set(schemas.Identity{MessageID: f.MessageID})
	for _, o := range f.Owners {
		status.AddAccount(header, o.Account)
		for _, to := range o.Recipients {
			status.AddRecipient(r.set(schemas.Identity{Account: o.Account, MessageID: f.MessageID}), to)
		}
	}
	for _, total := range f.Totals {
		r.countUnlisted(&total)
	}
	return r
}

func (r *records) set(id schemas.Identity) *schemas.Snapshot {
	s := r.sets[id]
	if s == nil {
		s = &schemas.Snapshot{Identity: id}
		r.sets[id] = s
	}
	return s
}

// countUnlisted notes behind which event a set has its gap: a full one keeps as
// many of the earliest as of the latest.
func (r *records) countUnlisted(total *Total) {
	s := r.sets[total.Identity]
	if s == nil {
		return
	}
	var kept []schemas.EventID
	for i := range s.Events {
		if s.Events[i].Kind == total.Kind {
			kept = append(kept, s.Events[i].ID)
		}
	}
	if n := len(kept); n > 0 && total.Events > uint64(n) {
		r.unlisted[kept[(n-1)/2]] = total.Events - uint64(n)
	}
}

// message gathers what an identity's fate depends on.
func (r *records) message(id schemas.Identity, clock int64) *status.Message {
	key := r.sets[id]
	if key == nil {
		key = &schemas.Snapshot{Identity: id}
	}
	m := &status.Message{
		Key:     key,
		Unnamed: r.sets[schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}],
		Whole:   r.sets[schemas.Identity{Account: id.Account, MessageID: id.MessageID}],
		Header:  r.sets[schemas.Identity{MessageID: id.MessageID}],
		Clock:   func(string) int64 { return clock },
	}
	if id.Account == "" && len(m.Header.Accounts) == 1 {
		owner := m.Header.Accounts[0]
		m.Owner = r.sets[schemas.Identity{Account: owner, MessageID: id.MessageID, Recipient: id.Recipient}]
		m.OwnerWhole = r.sets[schemas.Identity{Account: owner, MessageID: id.MessageID}]
	}
	return m
}

// full returns the event as it was read, of which a set keeps a part.
func (r *records) full(ev *schemas.Event) *schemas.Event {
	if whole := r.events[ev.ID]; whole != nil {
		return whole
	}
	return ev
}

// derivable are the kinds that the timeline makes of other events, each with an
// id of its own.
var derivable = []schemas.Kind{schemas.Expired, schemas.Discarded, schemas.Released, schemas.Renewed, schemas.Resend}

// causeOf finds the event that a change's cause is, or is derived from.
func (r *records) causeOf(id schemas.EventID) (ev *schemas.Event, derived schemas.Kind) {
	if ev := r.events[id]; ev != nil {
		return ev, schemas.KindNone
	}
	for _, ev := range r.events {
		for _, k := range derivable {
			if ev.ID.Derive(k) == id {
				return ev, k
			}
		}
	}
	return nil, schemas.KindNone
}
