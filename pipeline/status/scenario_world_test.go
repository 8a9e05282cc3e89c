package status

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"mailfate/schemas"
)

// A world is one message under all its keys, kept as the processor keeps it:
// add and look do in memory what its batches do.
type world struct {
	clock   func(string) int64
	records map[schemas.Identity]*schemas.Snapshot
	points  map[schemas.Identity][]Point
	told    map[schemas.Identity]map[schemas.Withdrawal]schemas.Change // what a table of changes would hold
	grown   map[*schemas.Snapshot]bool
}

func newWorld(clock func(string) int64) *world {
	return &world{
		clock: clock, records: map[schemas.Identity]*schemas.Snapshot{}, points: map[schemas.Identity][]Point{},
		told: map[schemas.Identity]map[schemas.Withdrawal]schemas.Change{}, grown: map[*schemas.Snapshot]bool{},
	}
}

// tellOf makes a world in which these events were taken in, and looks at it.
func tellOf(events []schemas.Event, clock func(string) int64) *world {
	w := newWorld(clock)
	for _, ev := range events {
		w.add(ev)
	}
	w.look()
	return w
}

// add takes in one event.
func (w *world) add(ev schemas.Event) {
	ev.Account = schemas.CleanAccount(ev.Account)
	w.grow(ev.Identity, func(s *schemas.Snapshot) bool { return Add(s, &ev) })
	w.grow(schemas.Identity{MessageID: ev.MessageID}, func(s *schemas.Snapshot) bool { return AddAccount(s, ev.Account) })
	if ev.CreatesRecipient() {
		whole := schemas.Identity{Account: ev.Account, MessageID: ev.MessageID}
		w.grow(whole, func(s *schemas.Snapshot) bool { return AddRecipient(s, ev.Recipient) })
	}
}

// grow changes a record, which is there from its first change on.
func (w *world) grow(id schemas.Identity, change func(*schemas.Snapshot) bool) {
	s := w.records[id]
	if s == nil {
		s = &schemas.Snapshot{Identity: id}
	}
	if change(s) {
		w.records[id], w.grown[s] = s, true
	}
}

// look evaluates every key that there is or may be.
func (w *world) look() {
	accounts := []string{""}
	for id := range w.records {
		accounts = append(accounts, id.Account)
	}
	slices.Sort(accounts)
	for _, account := range slices.Compact(accounts) {
		for _, id := range w.identities() {
			id.Account = account
			w.lookAt(id)
		}
	}
}

// identities lists the keys in order.
func (w *world) identities() []schemas.Identity {
	return slices.SortedFunc(maps.Keys(w.records), func(a, b schemas.Identity) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Recipient, b.Recipient))
	})
}

// lookAt evaluates one key and settles what follows.
func (w *world) lookAt(id schemas.Identity) {
	whole := schemas.Identity{MessageID: id.MessageID}
	m := Message{Key: w.records[id], Header: w.records[whole], Clock: w.clock}
	m.Unnamed = w.records[schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}]
	known := m.Key != nil
	if !known {
		if m.Unnamed == nil || id.Recipient == "" {
			return
		}
		m.Key = &schemas.Snapshot{Identity: id}
	}
	m.Whole = w.records[schemas.Identity{Account: id.Account, MessageID: id.MessageID}]
	if id.Account == "" && m.Header != nil && len(m.Header.Accounts) == 1 {
		owner := id
		owner.Account = m.Header.Accounts[0]
		m.Owner = w.records[owner]
		owner.Recipient = ""
		m.OwnerWhole = w.records[owner]
	}
	view := usualRules.Evaluate(&m)
	if !known && view.Standing != schemas.Shown {
		return
	}
	w.points[id] = slices.Clone(view.Points)
	if Settle(m.Key, &view, w.grown[m.Key], 1) {
		w.records[id] = m.Key
		w.tell(m.Key)
	}
	delete(w.grown, m.Key)
}

// tell applies to the table of changes what an emission says.
func (w *world) tell(s *schemas.Snapshot) {
	table := w.told[s.Identity]
	if table == nil {
		table = map[schemas.Withdrawal]schemas.Change{}
		w.told[s.Identity] = table
	}
	for _, c := range s.History {
		if slices.Contains(s.Fresh, c.Cause) {
			table[schemas.Withdrawal{Cause: c.Cause, Time: c.Time}] = c
		}
	}
	for _, gone := range s.Withdrawn {
		delete(table, gone)
	}
}

// checkTold checks that what was told, bit by bit, is the history as it is now.
func (w *world) checkTold(t *testing.T) {
	t.Helper()
	for id, s := range w.records {
		table := w.told[id]
		if len(table) != len(s.History) {
			t.Errorf("%s was told %d changes, and has %d", nameOf(id), len(table), len(s.History))
		}
		for _, c := range s.History {
			if told := table[schemas.Withdrawal{Cause: c.Cause, Time: c.Time}]; told != c {
				t.Errorf("%s was told %v, and has %v", nameOf(id), told, c)
			}
		}
	}
}
