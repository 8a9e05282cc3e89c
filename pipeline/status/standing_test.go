package status

import (
	"testing"

	"mailfate/schemas"
)

// Who a message's records belong to, case by case.
func TestStandings(t *testing.T) {
	queued := schemas.Event{ID: 1, Kind: schemas.Queued, Source: schemas.SourcePostfix}
	opened := schemas.Event{ID: 2, Kind: schemas.Opened, Source: schemas.SourceTracking}
	told := schemas.Event{ID: 3, Kind: schemas.Opened, Source: schemas.SourcePlatform}
	record := func(account, recipient string, events ...schemas.Event) *schemas.Snapshot {
		s := fill(events)
		s.Account, s.Recipient = account, recipient
		return s
	}
	header := func(accounts []string, recipients []string, events ...schemas.Event) *schemas.Snapshot {
		s := record("", "", events...)
		s.Accounts, s.Recipients = accounts, recipients
		return s
	}
	one, two := []string{"acme"}, []string{"acme", "other"}
	for name, c := range map[string]struct {
		m    Message
		want schemas.Standing
	}{
		"nobody's, addressed":            {Message{Key: record("", "r", queued)}, schemas.Shown},
		"nobody's, platform says so":     {Message{Key: record("", "r", told)}, schemas.Shown},
		"nobody's, only claimed":         {Message{Key: record("", "r", opened)}, schemas.Unmatched},
		"nobody's, nothing":              {Message{Key: record("", "r")}, schemas.Joined},
		"somebody's, addressed":          {Message{Key: record("acme", "r", queued), Header: header(one, nil)}, schemas.Shown},
		"somebody's, only claimed":       {Message{Key: record("acme", "r", opened), Header: header(one, nil)}, schemas.Unmatched},
		"somebody's, addressed unnamed":  {Message{Key: record("acme", "r", opened), Unnamed: record("", "r", queued), Header: header(one, nil)}, schemas.Shown},
		"somebody's, all unnamed":        {Message{Key: record("acme", "r"), Unnamed: record("", "r", queued), Header: header(one, nil)}, schemas.Shown},
		"one of two, addressed unnamed":  {Message{Key: record("acme", "r", opened), Unnamed: record("", "r", queued), Header: header(two, nil)}, schemas.Unmatched},
		"one of two, addressed":          {Message{Key: record("acme", "r", queued), Unnamed: record("", "r", opened), Header: header(two, nil)}, schemas.Shown},
		"unnamed of somebody":            {Message{Key: record("", "r", queued), Header: header(one, nil)}, schemas.Joined},
		"unnamed of somebody, claimed":   {Message{Key: record("", "r", opened), Header: header(one, nil)}, schemas.Unmatched},
		"unnamed claim, owner addressed": {Message{Key: record("", "r", opened), Header: header(one, nil), Owner: record("acme", "r", queued)}, schemas.Joined},
		"unnamed claim, owner claims":    {Message{Key: record("", "r", opened), Header: header(one, nil), Owner: record("acme", "r", opened)}, schemas.Unmatched},
		"unnamed of two":                 {Message{Key: record("", "r", queued), Header: header(two, nil)}, schemas.Contested},
		"unnamed of two, nothing":        {Message{Key: record("", "r"), Header: header(two, nil)}, schemas.Joined},

		"own record":                      {Message{Key: header(nil, nil, queued)}, schemas.Joined},
		"own record, one recipient":       {Message{Key: header(nil, []string{"r"}, opened)}, schemas.Joined},
		"own record, no recipient":        {Message{Key: header(nil, nil, opened)}, schemas.Unmatched},
		"own record, two recipients":      {Message{Key: header(nil, []string{"r", "s"}, queued, opened)}, schemas.Unmatched},
		"own record of somebody":          {Message{Key: header(one, nil, opened), Header: header(one, nil), OwnerWhole: header(nil, []string{"r"})}, schemas.Joined},
		"own record, both name the same":  {Message{Key: header(one, []string{"r"}, opened), Header: header(one, nil), OwnerWhole: header(nil, []string{"r"})}, schemas.Joined},
		"own record, each names another":  {Message{Key: header(one, []string{"s"}, opened), Header: header(one, nil), OwnerWhole: header(nil, []string{"r"})}, schemas.Unmatched},
		"own record of two":               {Message{Key: header(two, []string{"r"}, opened), Header: header(two, nil)}, schemas.Contested},
		"own record of two, about all":    {Message{Key: header(two, []string{"r"}, queued), Header: header(two, nil)}, schemas.Contested},
		"account's own record":            {Message{Key: named(header(nil, nil, opened)), Header: header(one, []string{"r"})}, schemas.Joined},
		"account's own record, two":       {Message{Key: named(header(nil, []string{"s"}, opened)), Header: header(one, []string{"r"})}, schemas.Unmatched},
		"one of two's own record":         {Message{Key: named(header(nil, []string{"s"}, opened)), Header: header(two, []string{"r"})}, schemas.Joined},
		"one of two's own record, nobody": {Message{Key: named(header(nil, nil, opened)), Header: header(two, []string{"r"})}, schemas.Unmatched},
	} {
		c.m.Clock = func(string) int64 { return 0 }
		if got := usualRules.Evaluate(&c.m); got.Standing != c.want {
			t.Errorf("%s: stands as %d, want %d", name, got.Standing, c.want)
		} else if got.Standing != schemas.Shown && (len(got.History) > 0 || len(got.Timers) > 0) {
			t.Errorf("%s: tells a history though it is not shown", name)
		}
	}
}

func named(s *schemas.Snapshot) *schemas.Snapshot {
	s.Account = "acme"
	return s
}

// The version of the rules is another when a timer is, and only then.
func TestRulesVersion(t *testing.T) {
	version := func(timers Timers) uint64 {
		return NewEvaluator(timers).Evaluate(&Message{Key: fill(nil), Clock: func(string) int64 { return 0 }}).Rules
	}
	usual := version(Timers{})
	if usual != version(Timers{GiveUp: 5 * twinDay, Depleted: twinDay}) {
		t.Error("the usual timers, written out, are other rules")
	}
	if v := version(Timers{GiveUp: twinDay}); v == usual || v == version(Timers{Depleted: 5 * twinDay}) {
		t.Error("other timers are the same rules")
	}
}

// What is said of a status is the lower half of the version, and how events are
// read the upper.
func TestRulesVersionHalves(t *testing.T) {
	row := &schemas.Canonical.Rows[1]
	before := rulesVersion(Timers{}, 1)
	row.Final = !row.Final
	after := rulesVersion(Timers{}, 1)
	row.Final = !row.Final
	if saysTheSame(before, after) || before>>32 != after>>32 {
		t.Errorf("finality: %x, then %x", before, after)
	}
	if timers := rulesVersion(Timers{GiveUp: 1}, 1); !saysTheSame(before, timers) || before>>32 == timers>>32 {
		t.Errorf("timers: %x, then %x", before, timers)
	}
	if replies := rulesVersion(Timers{}, 2); !saysTheSame(before, replies) || before>>32 == replies>>32 {
		t.Errorf("rules for replies: %x, then %x", before, replies)
	}
}
