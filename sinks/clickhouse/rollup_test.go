package clickhouse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/pipeline/classify"
	"mailfate/schemas"
)

// rollUp brings the rollup up to date and returns how many hours were not.
func rollUp(tb testing.TB, db *DB) int {
	tb.Helper()
	done, err := db.RollUp(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return done.Stale
}

// counts is what the views by the hour tell, as one line for each hour.
func counts(tb testing.TB, db *DB) string {
	tb.Helper()
	told, byProvider := countsOf(tb, db, "hourly"), countsOf(tb, db, "hourly_by_provider")
	if told != byProvider {
		tb.Errorf("counted by domain:\n%s\nby provider:\n%s", told, byProvider)
	}
	return told
}

func countsOf(tb testing.TB, db *DB, view string) string {
	tb.Helper()
	var lines []string
	sql := `SELECT groupArray(line) FROM (SELECT concat(toString(dateDiff('hour', ` + "toDateTime('2026-11-02 10:00:00', 'UTC')" + `, hour)),
		' ', account, ' ', campaign, ' ', toString(sum(messages)), ' ', toString(sum(delivered)), ' ', toString(sum(bounced))) AS line
		FROM ` + view + ` GROUP BY hour, account, campaign ORDER BY hour, account, campaign)`
	if err := db.conn.QueryRow(tb.Context(), sql).Scan(&lines); err != nil {
		tb.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// fate is a message of an hour after the samples' day.
func fate(tb testing.TB, n int, hour int64, revision uint64, row schemas.Row) *schemas.Snapshot {
	row.First, row.Last = minute(60*hour+5), minute(60*hour+9)
	if row.Statuses == (schemas.Statuses{}) {
		row.Statuses = status(tb, "delivered")
	}
	return &schemas.Snapshot{
		Identity: schemas.Identity{Account: "acme", MessageID: fmt.Sprintf("m%d", n), Recipient: "r@example.org"},
		Standing: schemas.Shown, Was: schemas.Shown, Revision: revision, Row: row,
	}
}

func writeAll(tb testing.TB, db *DB, list ...*schemas.Snapshot) {
	tb.Helper()
	write(tb, db, schemas.TopicStatus, true, statusRecords(tb, 0, list...)...)
}

// What changed is counted anew and nothing else: both hours when a message moved,
// and an hour or a group of which nothing is left tells nothing.
func TestRollUp(t *testing.T) {
	db := migrated(t)
	if n := rollUp(t, db); n != 0 || counts(t, db) != "" {
		t.Errorf("of nothing %d hours are counted: %s", n, counts(t, db))
	}
	at := minute(6)
	autumn := schemas.Row{Delivered: at, Campaign: "autumn"}
	step := func(what string, hours int, want string, list ...*schemas.Snapshot) {
		t.Helper()
		writeAll(t, db, list...)
		if n := rollUp(t, db); n != hours {
			t.Errorf("%s: %d hours are counted, want %d", what, n, hours)
		}
		if got := counts(t, db); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
		}
		if n := rollUp(t, db); n != 0 {
			t.Errorf("%s: %d hours are counted again", what, n)
		}
	}
	first := []*schemas.Snapshot{fate(t, 1, 0, 1, autumn), fate(t, 2, 0, 1, autumn), fate(t, 3, 2, 1, schemas.Row{Bounced: at, Reason: schemas.UserUnknown})}
	step("three", 2, "0 acme autumn 2 2 0\n2 acme  1 0 1", first...)
	step("the same again", 0, "0 acme autumn 2 2 0\n2 acme  1 0 1", first...)
	step("another campaign", 1, "0 acme autumn 1 1 0\n0 acme spring 1 1 0\n2 acme  1 0 1", fate(t, 2, 0, 2, schemas.Row{Delivered: at, Campaign: "spring"}))
	step("an earlier event", 2, "0 acme autumn 1 1 0\n0 acme spring 1 1 0\n1 acme  1 0 1", fate(t, 3, 1, 2, schemas.Row{Bounced: at, Reason: schemas.UserUnknown}))
	moved := fate(t, 1, 0, 3, schemas.Row{})
	moved.Standing, moved.Was, moved.Row = schemas.Joined, schemas.Shown|schemas.Joined, schemas.Row{}
	known := fate(t, 1, 0, 3, autumn)
	known.Account = "other"
	step("another account", 1, "0 acme spring 1 1 0\n0 other autumn 1 1 0\n1 acme  1 0 1", moved, known)
}

// Whatever is in rollup_hourly, a computation that broke off at any step or rows that
// nobody wrote: what is shown stays whole, and the next call mends it.
func TestRollUpBrokenOff(t *testing.T) {
	db := migrated(t)
	writeAll(t, db, fate(t, 1, 0, 1, schemas.Row{Delivered: minute(6)}), fate(t, 2, 1, 1, schemas.Row{Delivered: minute(6)}))
	rollUp(t, db)
	before := counts(t, db)
	writeAll(t, db, fate(t, 3, 0, 1, schemas.Row{Delivered: minute(6)}), fate(t, 4, 2, 1, schemas.Row{Delivered: minute(6)}))
	hours, err := db.StaleHours(t.Context())
	if err != nil || len(hours) != 2 {
		t.Fatalf("%v are stale: %v", hours, err)
	}
	// Killed between the steps, and in the midst of the first one.
	params := clickhouse.Parameters{"hours": array(hours[:1]), "computation": strconv.FormatUint(computation(0, time.Now()), 10)}
	if err := db.conn.Exec(clickhouse.Context(t.Context(), clickhouse.WithParameters(params)), query("rollup_count")); err != nil {
		t.Fatal(err)
	}
	if got := counts(t, db); got != before {
		t.Errorf("what was not finished is shown:\n%s", got)
	}
	want := "0 acme  2 2 0\n1 acme  1 1 0\n2 acme  1 1 0"
	if n := rollUp(t, db); n != 2 || counts(t, db) != want {
		t.Errorf("%d hours, then\n%s", n, counts(t, db))
	}
	for what, damage := range map[string]string{
		"half":   "ALTER TABLE rollup_hourly DELETE WHERE cohort = '2026-11-02 10:00:00' SETTINGS mutations_sync = 1",
		"double": "INSERT INTO rollup_hourly SELECT * FROM rollup_hourly WHERE whole = 0",
		"wrong":  "ALTER TABLE rollup_hourly UPDATE mark = mark + 1 WHERE 1 SETTINGS mutations_sync = 1",
		"future": "INSERT INTO rollup_hourly (cohort, computation, whole) VALUES ('2026-11-02 10:00:00', 9000000000000000000, 1)",
		"ghost":  "INSERT INTO rollup_hourly (cohort, computation, whole) SELECT '2026-11-02 10:00:00', max(computation) + 1, 1 FROM rollup_hourly",
	} {
		exec(t, db, damage)
		if n := rollUp(t, db); n == 0 || counts(t, db) != want {
			t.Errorf("%s: %d hours, then\n%s", what, n, counts(t, db))
		}
	}
}

// Inserts that fail leave what was shown, and say what failed.
func TestRollUpFails(t *testing.T) {
	db := migrated(t)
	writeAll(t, db, fate(t, 1, 0, 1, schemas.Row{Delivered: minute(6)}))
	for _, name := range []string{"message_status", "rollup_hourly"} {
		exec(t, db, "RENAME TABLE "+name+" TO away")
		if _, err := db.RollUp(t.Context()); err == nil || !strings.Contains(err.Error(), "roll up database") {
			t.Errorf("without %s: %v", name, err)
		}
		exec(t, db, "RENAME TABLE away TO "+name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.RollUp(ctx); err == nil {
		t.Error("it rolls up though it was asked to end")
	}
	if n := rollUp(t, db); n != 1 || counts(t, db) != "0 acme  1 1 0" {
		t.Errorf("then %d hours: %s", n, counts(t, db))
	}
}

// Several sinks write and count at once, while others read: nobody ever sees a message
// twice, or an hour in part.
func TestRollUpAtOnce(t *testing.T) {
	db := migrated(t)
	const messages, sinks = 200, 3
	batchOf := func(revision uint64) (list []*schemas.Snapshot) {
		for n := range messages {
			list = append(list, fate(t, n, int64(n%4), revision, schemas.Row{Delivered: minute(6), Campaign: fmt.Sprint(rand.IntN(20))}))
		}
		return list
	}
	writeAll(t, db, batchOf(1)...)
	rollUp(t, db)
	var all, readers sync.WaitGroup
	done := make(chan struct{})
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if n := numberOf(t, db, "SELECT toUInt64(sum(messages)) FROM hourly SETTINGS merge_tree_storage_snapshot_sleep_ms = 30"); n != messages {
				t.Errorf("%d messages are seen, want %d", n, messages)
				return
			}
		}
	})
	for range sinks {
		all.Go(func() {
			for i := range 8 {
				b := newBatch(db, classify.Default())
				for _, s := range batchOf(uint64(i + 2)) {
					b.addRows(s, true)
				}
				if err := b.Write(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := db.RollUp(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	close(done)
	readers.Wait()
	for rollUp(t, db) > 0 { // what one wrote while another looked
	}
	if n := numberOf(t, db, "SELECT toUInt64(sum(messages)) FROM hourly"); n != messages {
		t.Errorf("at the end %d messages, want %d", n, messages)
	}
}

// What is superseded is deleted, what is shown or may yet be shown is not.
func TestRollupIsCleaned(t *testing.T) {
	db := migrated(t)
	writeAll(t, db, fate(t, 1, 0, 1, schemas.Row{Delivered: minute(6)}))
	rollUp(t, db)
	old := computation(0, time.Now().Add(-time.Hour))
	for _, before := range []uint64{0, old} { // as young as the one that is shown, and an hour old
		exec(t, db, fmt.Sprintf("INSERT INTO rollup_hourly SELECT r.* REPLACE (if(%d = 0, computation, %d) - number AS computation) FROM rollup_hourly AS r, numbers(1, %d) AS n WHERE whole = 0 LIMIT %d", before, before, cleanRows, cleanRows))
	}
	writeAll(t, db, fate(t, 2, 0, 1, schemas.Row{Delivered: minute(6)}))
	done, err := db.RollUp(t.Context())
	if err != nil || !done.Cleaned {
		t.Fatalf("%+v, %v", done, err)
	}
	for numberOf(t, db, "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = 'rollup_hourly' AND NOT is_done") > 0 {
	}
	if n := numberOf(t, db, fmt.Sprintf("SELECT count() FROM rollup_hourly WHERE computation < %d", old)); n != 0 {
		t.Errorf("%d old rows are left", n)
	}
	if n := numberOf(t, db, "SELECT count() FROM rollup_hourly"); n < cleanRows {
		t.Errorf("%d rows are left, of which %d are young", n, cleanRows)
	}
	if got := counts(t, db); got != "0 acme  2 2 0" {
		t.Errorf("then\n%s", got)
	}
}
