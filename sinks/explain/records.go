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
	derived  map[schemas.EventID]derivation     // what can be derived from them, see causeOf
	unlisted map[schemas.EventID]uint64         // how many events of its kind come after this one that no set keeps
}

// derivation is what the id of a derived change is made of.
type derivation struct {
	from *schemas.Event
	kind schemas.Kind
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
	for _, s := range r.sets {
		r.countUnlisted(s, f.Places)
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

// countUnlisted notes behind which events a set has its gaps.
func (r *records) countUnlisted(s *schemas.Snapshot, places map[schemas.EventID]uint64) {
	for i := 1; i < len(s.Events); i++ {
		last, ev := &s.Events[i-1], &s.Events[i]
		if from, to := places[last.ID], places[ev.ID]; last.Kind == ev.Kind && from > 0 && to > from+1 {
			r.unlisted[last.ID] = to - from - 1
		}
	}
}

// message gathers what an identity's fate depends on.
func (r *records) message(id schemas.Identity, clock func(stream string) int64) *status.Message {
	key := r.sets[id]
	if key == nil {
		key = &schemas.Snapshot{Identity: id}
	}
	m := &status.Message{
		Key:     key,
		Unnamed: r.sets[schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}],
		Whole:   r.sets[schemas.Identity{Account: id.Account, MessageID: id.MessageID}],
		Header:  r.sets[schemas.Identity{MessageID: id.MessageID}],
		Clock:   clock,
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
	if r.derived == nil {
		r.derived = make(map[schemas.EventID]derivation, len(r.events)*len(derivable))
		for _, ev := range r.events {
			for _, k := range derivable {
				r.derived[ev.ID.Derive(k)] = derivation{ev, k}
			}
		}
	}
	d := r.derived[id]
	return d.from, d.kind
}
