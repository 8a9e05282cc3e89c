package status

import (
	"slices"
	"testing"

	"mailfate/schemas"
)

// told is a snapshot that was told once, and the view that it was told from.
func told() (*schemas.Snapshot, View) {
	v := View{
		Standing: schemas.Shown, Rules: 7, Row: schemas.Row{Sender: "s", Campaign: "c", Opens: 1},
		History: []schemas.Change{{Cause: 5, Time: 50, After: schemas.Statuses{1}}, {Cause: 3, Time: 60, After: schemas.Statuses{2}}},
		Timers:  []schemas.Timer{{Stream: "a", Due: 1}},
	}
	s := &schemas.Snapshot{}
	Settle(s, &v, true, 1_000_000)
	return s, v
}

func TestSettleTellsWhatChanged(t *testing.T) {
	if s, v := told(); Settle(s, &v, false, 2_000_000) {
		t.Error("the same view is told again")
	}
	s, v := told()
	if v.Rules += 1 << 32; Settle(s, &v, false, 2_000_000) || s.Rules != v.Rules-1<<32 || s.Revision != 1_000_000 {
		t.Errorf("what other rules say too is told again: rules %d, revision %d", s.Rules, s.Revision)
	}
	both, none := []schemas.EventID{5, 3}, []schemas.EventID(nil)
	for name, c := range map[string]struct {
		change func(*View)
		grown  bool
		fresh  []schemas.EventID
	}{
		"the set grew": {func(*View) {}, true, none},
		"standing":     {func(v *View) { v.Standing = schemas.Contested }, false, none},
		"row":          {func(v *View) { v.Row.Opens++ }, false, none},
		"timers":       {func(v *View) { v.Timers = nil }, false, none},
		"sender":       {func(v *View) { v.Row.Sender = "x" }, false, both},
		"campaign":     {func(v *View) { v.Row.Campaign = "x" }, false, both},
		"finality":     {func(v *View) { v.Rules++ }, false, both},
		"a change":     {func(v *View) { v.History = slices.Clone(v.History); v.History[1].Reply = "x" }, false, both[1:]},
		"one less":     {func(v *View) { v.History = v.History[:1] }, false, none},
	} {
		s, v := told()
		c.change(&v)
		revision := s.Revision
		if !Settle(s, &v, c.grown, 5) {
			t.Errorf("%s: not told", name)
			continue
		}
		if !slices.Equal(s.Fresh, c.fresh) {
			t.Errorf("%s: fresh are %v, want %v", name, s.Fresh, c.fresh)
		}
		if s.Revision != revision+1 || s.Intake != 0 {
			t.Errorf("%s: revision %d after %d, intake %d", name, s.Revision, revision, s.Intake)
		}
		if !s.Row.Equal(&v.Row) || s.Standing != v.Standing || s.Rules != v.Rules || s.Was != schemas.Shown|v.Standing ||
			!slices.Equal(s.History, v.History) || !slices.Equal(s.Timers, v.Timers) {
			t.Errorf("%s: the snapshot is not the view: %+v", name, s)
		}
	}
}

// Withdrawals are kept in one order, and until the change is true again.
func TestSettleWithdraws(t *testing.T) {
	s, v := told()
	moved := v
	moved.History = []schemas.Change{{Cause: 3, Time: 61, After: schemas.Statuses{2}}}
	Settle(s, &moved, false, 0)
	if want := []schemas.Withdrawal{{Cause: 3, Time: 60}, {Cause: 5, Time: 50}}; !slices.Equal(s.Withdrawn, want) {
		t.Errorf("withdrawn are %v, want %v", s.Withdrawn, want)
	}
	Settle(s, &v, false, 0)
	if want := []schemas.Withdrawal{{Cause: 3, Time: 61}}; !slices.Equal(s.Withdrawn, want) {
		t.Errorf("withdrawn are %v, want %v", s.Withdrawn, want)
	}
	if want := []schemas.EventID{5, 3}; !slices.Equal(s.Fresh, want) {
		t.Errorf("fresh are %v, want %v", s.Fresh, want)
	}
}

func TestRevisionIsTheIntakeWhereItCanBe(t *testing.T) {
	s, v := told()
	if s.Revision != 1_000_000 || s.Intake != 1000 {
		t.Errorf("revision %d, intake %d", s.Revision, s.Intake)
	}
	if Settle(s, &v, true, -5); s.Revision != 1_000_001 {
		t.Errorf("revision %d with a clock before 1970", s.Revision)
	}
	if Settle(s, &v, true, 2_000_000); s.Revision != 2_000_000 {
		t.Errorf("revision %d", s.Revision)
	}
}
