package status

import (
	"cmp"
	"slices"

	"mailfate/schemas"
)

// Settle puts a view into the snapshot of its key and reports whether that has
// to be told. The snapshot's set may have grown since it was told last, which
// grown says. The view's slices are copied. A view that is the same under other
// rules, which say the same of its statuses, is not told: the snapshot keeps the
// rules that made it.
//
// intake is when its newest event was taken in, in µs of wall clock; the
// revision is made of it, and nothing else is.
func Settle(s *schemas.Snapshot, v *View, grown bool, intake int64) bool {
	if !grown && !Differs(s, v) && slices.Equal(s.Timers, v.Timers) {
		return false
	}
	s.Fresh = s.Fresh[:0]
	// Who wrote the message, about what, for what, and whether a status is final, is told with each change.
	retold := s.Row.Sender != v.Row.Sender || s.Row.Campaign != v.Row.Campaign || s.Row.Subject != v.Row.Subject || !saysTheSame(s.Rules, v.Rules)
	for i := range v.History {
		if c := &v.History[i]; retold || !slices.Contains(s.History, *c) {
			s.Fresh = append(s.Fresh, c.Cause)
		}
	}
	withdraw(s, v.History)
	s.History = append(s.History[:0], v.History...)
	s.Timers = append(s.Timers[:0], v.Timers...)
	s.Row, s.Standing, s.Was = v.Row, v.Standing, s.Was|v.Standing
	s.Rules = v.Rules
	s.Intake = intake / 1000
	s.Revision = max(s.Revision+1, uint64(max(intake, 0)))
	return true
}

// Differs reports whether a view tells something else than its snapshot did.
func Differs(s *schemas.Snapshot, v *View) bool {
	return s.Standing != v.Standing || !s.Row.Equal(&v.Row) || !slices.Equal(s.History, v.History) ||
		s.Standing&schemas.Shown != 0 && !saysTheSame(s.Rules, v.Rules)
}

// withdraw notes the changes that are true no longer, and forgets those that
// have become true again. A change that moved in time is another change.
func withdraw(s *schemas.Snapshot, now []schemas.Change) {
	holds := func(w schemas.Withdrawal) bool {
		return slices.ContainsFunc(now, func(c schemas.Change) bool { return c.Cause == w.Cause && c.Time == w.Time })
	}
	s.Withdrawn = slices.DeleteFunc(s.Withdrawn, holds)
	for i := range s.History {
		if w := (schemas.Withdrawal{Cause: s.History[i].Cause, Time: s.History[i].Time}); !holds(w) {
			s.Withdrawn = append(s.Withdrawn, w)
		}
	}
	slices.SortFunc(s.Withdrawn, func(a, b schemas.Withdrawal) int {
		return cmp.Or(cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Time, b.Time))
	})
}
