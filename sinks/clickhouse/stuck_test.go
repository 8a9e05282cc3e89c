package clickhouse

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
)

// Time is that of the newest event, which may be anybody's and is of the year 2026 here
// whenever the test runs.
func TestStuckMessages(t *testing.T) {
	db := migrated(t)
	stuck := func() []string {
		t.Helper()
		var got []string
		sql := "SELECT groupArray(told) FROM (SELECT toString((message_id, account, status, meaning != '', silent_hours, reason)) AS told FROM stuck_messages ORDER BY message_id)"
		if err := db.conn.QueryRow(t.Context(), sql).Scan(&got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := stuck(); len(got) != 0 {
		t.Errorf("of nothing, %q are stuck", got)
	}
	const hour = 60
	silent := func(id, word string, last int64) *schemas.Snapshot {
		return &schemas.Snapshot{
			Identity: schemas.Identity{MessageID: id, Recipient: "r@example.org"}, Standing: schemas.Shown, Was: schemas.Shown, Revision: 1,
			Row: schemas.Row{Statuses: status(t, word), First: minute(0), Last: last},
		}
	}
	now := 100 * int64(hour)
	moved := silent("moved", "queued", 0) // its account was learned: this row is withdrawn
	moved.Standing, moved.Was, moved.Row = schemas.Joined, schemas.Shown, schemas.Row{}
	deferred := silent("deferred", "deferred", minute(now-30*hour))
	deferred.Row.Reason = schemas.Greylisted
	early := silent("corrected", "delivered", minute(now+200*hour)) // and later it turned out that nothing came so late
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 50, early)...)
	corrected := silent("corrected", "delivered", minute(now-1*hour))
	corrected.Revision = 2
	list := []*schemas.Snapshot{
		corrected,
		silent("newest", "opened", minute(now)),
		silent("a day", "queued", minute(now-24*hour)),
		silent("a day but 1 ms", "queued", minute(now-24*hour)+1),
		silent("quiet", "delivered", minute(now-90*hour)),
		silent("ended", "bounced_hard", minute(now-90*hour)),
		silent("waits", "in_moderation", minute(now-90*hour)-1),
		deferred, moved,
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, list...)...)
	want := []string{
		"('a day','default','queued',1,24,'')",
		"('deferred','default','deferred',1,30,'greylisted')",
		"('waits','default','in_moderation',1,90,'')",
	}
	if diff := cmp.Diff(want, stuck()); diff != "" {
		t.Error(diff)
	}
	if n := numberOf(t, db, "SELECT count() FROM stuck_messages WHERE meaning != '' SETTINGS join_use_nulls = 1"); n != 3 {
		t.Errorf("%d are stuck where joins make NULLs, want 3", n)
	}
	// It is heard of again, and time goes on.
	heard := silent("waits", "queued", minute(now+1*hour))
	heard.Revision = 2
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 100, heard)...)
	want = []string{
		"('a day','default','queued',1,25,'')",
		"('a day but 1 ms','default','queued',1,24,'')",
		"('deferred','default','deferred',1,31,'greylisted')",
	}
	if diff := cmp.Diff(want, stuck()); diff != "" {
		t.Error(diff)
	}
}
