package clickhouse

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// days reads days from words such as 2019-03-01.
func daysOf(tb testing.TB, text string) (days []time.Time) {
	tb.Helper()
	for word := range strings.FieldsSeq(text) {
		d, err := time.Parse(time.DateOnly, word)
		if err != nil {
			tb.Fatal(err)
		}
		days = append(days, d)
	}
	return days
}

func TestHorizon(t *testing.T) {
	const today = "2026-11-22"
	for name, c := range map[string]struct {
		days string // the newest first
		keep int
		want string
	}{
		"for ever":                     {"2026-11-22 2026-11-21", 0, ""},
		"nonsense":                     {"2026-11-22 2026-11-21", -1, ""},
		"nothing":                      {"", 1, ""},
		"not so old":                   {"2026-11-22 2026-11-21", 2, ""},
		"today and one day before":     {"2026-11-22 2026-11-21 2026-11-20", 1, "2026-11-21"},
		"an archive, read today":       {"2019-03-04 2019-03-03 2019-03-02", 2, "2019-03-02"},
		"a young archive, read today":  {"2019-03-04 2019-03-03 2019-03-02", 3, ""},
		"a pause of months":            {"2026-11-22 2026-03-02 2026-03-01", 2, "2026-03-01"},
		"of the far future":            {"2106-02-07 2030-01-01 2026-11-22 2026-11-21 2026-11-20", 1, "2026-11-21"},
		"of the future alone":          {"2106-02-07 2030-01-01", 1, ""},
		"tomorrow, where it is sooner": {"2026-11-23 2026-11-22 2026-11-21 2026-11-20", 1, "2026-11-21"},
		"of today, in an archive":      {"2026-11-22 2019-03-04 2019-03-03 2019-03-02", 2, "2019-03-03"},
		"of no time":                   {"2026-11-22 2026-11-21 1970-01-01", 2, "1970-01-01"},
	} {
		horizon, ok := horizonOf(daysOf(t, c.days), c.keep, daysOf(t, today)[0])
		got := ""
		if ok {
			got = dateOf(horizon)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestTrailsDoNotOutliveMessages(t *testing.T) {
	for keep, want := range map[Keep]string{
		{}:                                     "0 0 0 0",
		{Events: 7, Changes: 9}:                "0 9 7 0",
		{Messages: 30, Hours: 365}:             "30 30 30 365",
		{Messages: 30, Events: 7, Changes: 60}: "30 30 7 0",
	} {
		var got []string
		for _, k := range keep.kinds() {
			got = append(got, fmt.Sprint(k.Days))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%+v: %v, want %s", keep, got, want)
		}
	}
}

// aged is a message with an event and a change, that many days before the samples' day.
func aged(tb testing.TB, n int, daysAgo int64) *schemas.Snapshot {
	s := fate(tb, n, -24*daysAgo, 1, schemas.Row{Delivered: minute(6 - 24*60*daysAgo), EmailID: fmt.Sprintf("e%d", n)})
	s.Intake = s.Row.Last
	s.History = []schemas.Change{{Cause: schemas.EventID(n + 1), Kind: schemas.Delivered, Time: s.Row.Last, After: s.Row.Statuses}}
	s.Fresh = []schemas.EventID{schemas.EventID(n + 1)}
	return s
}

// writeAged writes messages and their events, one batch for each: in parts of their own.
func writeAged(tb testing.TB, db *DB, list ...*schemas.Snapshot) {
	tb.Helper()
	for _, s := range list {
		write(tb, db, schemas.TopicEvents, true, eventRecord(tb, int64(s.Revision), schemas.Event{
			Identity: s.Identity, ID: schemas.EventID(s.Row.Last), Kind: schemas.Delivered, Time: s.Row.Last,
		}))
		writeAll(tb, db, s)
	}
}

// there is how many rows there are, of events, changes, messages, numbers, names and
// hours, as readers see them.
func there(tb testing.TB, db *DB) string {
	tb.Helper()
	var all []string
	for _, sql := range []string{
		"SELECT count() FROM events FINAL", "SELECT count() FROM status_changes FINAL", "SELECT count() FROM message_status FINAL",
		"SELECT count() FROM message_ids FINAL", "SELECT count() FROM message_names FINAL", "SELECT uniqExact(hour) FROM hourly",
	} {
		all = append(all, fmt.Sprint(numberOf(tb, db, sql)))
	}
	return strings.Join(all, " ")
}

func retain(tb testing.TB, db *DB, keep Keep) Retained {
	tb.Helper()
	done, err := db.Retain(tb.Context(), keep)
	if err != nil {
		tb.Fatal(err)
	}
	return done
}

// toldKept is what was done, in short.
func toldKept(done Retained) string {
	var b strings.Builder
	for _, k := range done.Kept {
		if !k.Horizon.IsZero() {
			fmt.Fprintf(&b, "%s %s %d; ", k.What, dateOf(k.Horizon), k.Rows)
		}
	}
	if done.Busy {
		b.WriteString("busy")
	}
	if done.Late {
		b.WriteString("late")
	}
	return b.String()
}

// checkOf is what checkEmail says of an id, and how often it is found.
func checkOf(tb testing.TB, db *DB, id string) string {
	tb.Helper()
	found, err := db.Check(tb.Context(), api.Owner{Account: "acme"}, schemas.Vocabularies[0], []string{id})
	if err != nil {
		tb.Fatal(err)
	}
	return found[0].Status
}

// Old messages go with everything that is theirs, counts stay as they were and are
// counted by nobody anew, and what comes afterwards is as it always is.
func TestRetain(t *testing.T) {
	db := migrated(t)
	var list []*schemas.Snapshot
	for n := range 6 {
		list = append(list, aged(t, n, int64(n)))
	}
	revived := aged(t, 10, 5) // of which something was heard yesterday
	revived.Row.Last = minute(9 - 24*60)
	endless := aged(t, 11, 0) // by clocks that were wrong
	endless.Row.First, endless.Row.Last = 0, math.MaxInt64
	writeAged(t, db, append(list, revived, endless, aged(t, 12, 5))...)
	elsewhere := aged(t, 12, 5) // is another account's, as was learned later
	elsewhere.Account, elsewhere.Revision, elsewhere.History = "other", 2, nil
	gone := &schemas.Snapshot{Identity: aged(t, 12, 5).Identity, Standing: schemas.Joined, Was: schemas.Shown | schemas.Joined, Revision: 2, Intake: minute(-5 * 24 * 60)}
	writeAll(t, db, elsewhere, gone)

	if got := toldKept(retain(t, db, Keep{})); got != "" {
		t.Errorf("what is kept for ever: %s", got)
	}
	keep := Keep{Events: 1, Messages: 3}
	const want = "messages 2026-10-30 3; status_changes 2026-10-30 4; events 2026-11-01 5; "
	would, err := db.WouldRetain(t.Context(), keep)
	if got := toldKept(Retained{Kept: would}); err != nil || got != want {
		t.Errorf("it would: %s, %v", got, err)
	}
	if got := there(t, db); got != "9 9 9 9 20 0" {
		t.Errorf("asking deletes: %s", got)
	}
	rollUp(t, db)
	counted, quantiles := counts(t, db), deliveries(t, db)
	if got := toldKept(retain(t, db, keep)); got != want {
		t.Errorf("deleted: %s", got)
	}
	if got := there(t, db); got != "4 5 6 6 12 7" {
		t.Errorf("then there are %s", got)
	}
	for _, table := range []string{"message_status", "message_ids", "message_names", "retention_rows"} {
		exec(t, db, "OPTIMIZE TABLE "+table+" FINAL")
	}
	if got := raw(t, db); got != "6 6 12 0" {
		t.Errorf("on disk there are %s", got)
	}
	if n := rollUp(t, db); n != 0 || counts(t, db) != counted || deliveries(t, db) != quantiles {
		t.Errorf("%d hours are counted anew, or reports differ:\n%s\n%s", n, counts(t, db), deliveries(t, db))
	}
	if got := checkOf(t, db, "e3") + "," + checkOf(t, db, "e4") + "," + checkOf(t, db, "e10"); got != "delivered,,delivered" {
		t.Errorf("checkEmail says %s", got)
	}
	if got := toldKept(retain(t, db, keep)); got != "messages 2026-10-30 0; status_changes 2026-10-30 0; events 2026-11-01 0; " {
		t.Errorf("again: %s", got)
	}
	// What comes of such a day is there, in no count, until the next time.
	late := aged(t, 4, 4)
	late.Revision = 2
	writeAged(t, db, late)
	if n := rollUp(t, db); n != 0 || counts(t, db) != counted || checkOf(t, db, "e4") != "delivered" {
		t.Errorf("%d hours are counted anew:\n%s", n, counts(t, db))
	}
	if got := toldKept(retain(t, db, keep)); got != "messages 2026-10-30 1; status_changes 2026-10-30 1; events 2026-11-01 1; " {
		t.Errorf("what was late: %s", got)
	}
	// More is to be kept: what is gone stays gone, and the horizon is where it was.
	if got := toldKept(retain(t, db, Keep{Messages: 30})); !strings.HasPrefix(got, "messages 2026-10-30 0; ") {
		t.Errorf("keeping more: %s", got)
	}
	from, err := db.KeptFrom(t.Context())
	if err != nil || dateOf(from) != "2026-10-30" {
		t.Errorf("kept from %v, %v", from, err)
	}
}

// deliveries is what is told of messages of hours that are kept.
func deliveries(tb testing.TB, db *DB) string {
	tb.Helper()
	var lines []string
	sql := "SELECT groupArray(concat(toString(hour), ' ', toString(messages), toString(quantiles))) FROM (SELECT * FROM time_to_deliver WHERE hour >= '2026-10-30 00:00:00' ORDER BY ALL)"
	if err := db.conn.QueryRow(tb.Context(), sql).Scan(&lines); err != nil {
		tb.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// raw is how many rows there are of messages, numbers, names, and of what is being
// deleted, whoever sees them.
func raw(tb testing.TB, db *DB) string {
	tb.Helper()
	var all []string
	for _, table := range []string{"message_status", "message_ids", "message_names", "retention_rows"} {
		all = append(all, fmt.Sprint(numberOf(tb, db, "SELECT count() FROM "+table)))
	}
	return strings.Join(all, " ")
}

// Counts by the hour go by their own day; nobody counts them anew.
func TestRetainHours(t *testing.T) {
	db := migrated(t)
	for n := range 5 {
		writeAll(t, db, aged(t, n, int64(n)))
	}
	rollUp(t, db)
	writeAll(t, db, aged(t, 10, 1), aged(t, 11, 4))
	rollUp(t, db) // there is something superseded
	const left = "-24 acme  2 2 0\n0 acme  1 1 0"
	if got := toldKept(retain(t, db, Keep{Hours: 1})); got != "rollup_hourly 2026-11-01 3; " || counts(t, db) != left {
		t.Errorf("%s: %s", got, counts(t, db))
	}
	if n := rollUp(t, db); n != 0 || counts(t, db) != left {
		t.Errorf("%d hours are counted anew: %s", n, counts(t, db))
	}
	if n := numberOf(t, db, "SELECT count() FROM rollup_hourly WHERE cohort < '2026-11-01 00:00:00'"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if got := there(t, db); got != "0 7 7 7 14 2" {
		t.Errorf("there are %s", got)
	}
}

// Of all versions of a message none comes to light that was behind another, at whatever
// step it is broken off, and another process finishes it; what is heard of a message
// meanwhile is not lost.
func TestRetainBrokenOff(t *testing.T) {
	db, other := migrated(t), another(t)
	for _, table := range []string{"message_status", "message_ids"} { // versions stay where they are
		exec(t, db, "ALTER TABLE "+table+" MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1")
	}
	for n := range 4 {
		writeAll(t, db, aged(t, 1000+n, int64(n)))
	}
	keep := Keep{Messages: 3}
	retain(t, db, keep)
	horizon := daysOf(t, "2026-10-30")[0]
	for i, at := range []int{0, 1, 3, 5, len(retireSteps())} { // chosen, hidden, listed, deleted, all but done
		// As it turned out, what was heard of both last was wrong: older versions are younger.
		old, revived := aged(t, 2*i, 5), aged(t, 2*i+1, 5)
		for _, s := range []*schemas.Snapshot{old, revived} {
			younger := aged(t, 0, 0)
			younger.Identity, younger.Row.Statuses, younger.Row.EmailID = s.Identity, status(t, "opened"), s.Row.EmailID
			s.Revision = 2
			writeAll(t, db, younger)
			writeAll(t, db, s)
		}
		b := retirement{db, computation(0, time.Now())}
		if n, err := b.choose(t.Context(), "retention_choose", horizon); err != nil || n != 2 {
			t.Fatalf("%d are chosen, %v", n, err)
		}
		for _, s := range retireSteps()[:at] {
			if err := b.do(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			for _, table := range []string{"message_status", "message_ids"} {
				if at < len(retireSteps()) {
					break // each step is looked at once
				}
				if n := numberOf(t, db, "SELECT count() FROM "+table+" FINAL WHERE status = 'opened'"); n != 0 {
					t.Errorf("after %s of %s %d older versions are seen in %s", s.name, s.of.Table, n, table)
				}
			}
		}
		revived.Revision, revived.Row.Last = 3, minute(9)
		writeAll(t, db, revived)
		if got := toldKept(retain(t, other, keep)); !strings.HasPrefix(got, "messages 2026-10-30 2; ") {
			t.Errorf("step %d: it finishes %s", at, got)
		}
		if got := checkOf(t, db, old.Row.EmailID) + "," + checkOf(t, db, revived.Row.EmailID) + "," + checkOf(t, db, revived.MessageID); got != ",delivered,delivered" {
			t.Errorf("step %d: checkEmail says %s", at, got)
		}
		left := fmt.Sprint(5+i, 5+i, 2*(5+i), 0)
		for _, table := range []string{"message_status", "message_ids", "message_names"} { // few parts are left for the next step
			exec(t, db, "OPTIMIZE TABLE "+table+" FINAL")
		}
		if got := raw(t, db); got != left {
			t.Errorf("step %d: on disk there are %s, want %s", at, got, left)
		}
	}
}

// another is a second process at the test's database.
func another(tb testing.TB) *DB {
	tb.Helper()
	db := openDB(tb)
	if err := db.Find(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return db
}

// One process does it at a time, until it is silent for long.
func TestRetainIsOnesJob(t *testing.T) {
	db, other := migrated(t), another(t)
	for n := range 3 {
		writeAll(t, db, aged(t, n, int64(n)))
	}
	keep := Keep{Messages: 1}
	if err := other.hold(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if done := retain(t, db, keep); !done.Busy || there(t, db) != "0 3 3 3 6 0" {
		t.Errorf("%+v: %s", done, there(t, db))
	}
	exec(t, db, "INSERT INTO retention_job (holder, until) SELECT holder, now64(3) - 1 FROM retention_job FINAL") // it was killed, some time ago
	if done := retain(t, db, keep); done.Busy || there(t, db) != "0 2 2 2 4 3" {
		t.Errorf("%+v: %s", done, there(t, db))
	}
	if done := retain(t, other, keep); done.Busy {
		t.Error("who is done does not say so")
	}
}

// Two that began together, while messages come and hours are counted.
func TestRetainAtOnce(t *testing.T) {
	db, other := migrated(t), another(t)
	const old, young = 300, 100
	var list []*schemas.Snapshot
	for n := range old {
		list = append(list, aged(t, n, 5+int64(n%3)))
	}
	for n := range young {
		list = append(list, aged(t, old+n, int64(n%5)))
	}
	writeAll(t, db, list...)
	rollUp(t, db)
	counted := counts(t, db)
	horizon := Kept{What: keptMessages, Days: 4, Horizon: daysOf(t, "2026-10-29")[0]}
	retain(t, db, Keep{Messages: 100}) // decides nothing
	exec(t, db, "INSERT INTO retention (what, horizon, days) VALUES ('messages', '2026-10-29', 4)")
	var all sync.WaitGroup
	for _, db := range []*DB{db, other} {
		all.Go(func() {
			k := horizon
			if err := db.retireMessages(t.Context(), &k); err != nil && !errors.Is(err, errHeld) {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		for i := range 10 { // something is heard of old ones
			s := aged(t, i, 5+int64(i%3))
			s.Revision, s.Row.Last = 2, minute(9)
			writeAll(t, db, s)
			if _, err := other.RollUp(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	if err := errors.Join(db.release(t.Context()), other.release(t.Context())); err != nil { // as Retain ends
		t.Fatal(err)
	}
	if done := retain(t, db, Keep{Messages: 4}); done.Busy {
		t.Fatal("nobody goes on")
	}
	if got := there(t, db); !strings.HasSuffix(got, fmt.Sprint(" ", young+10, " ", young+10, " ", 2*(young+10), " 8")) {
		t.Errorf("there are %s", got)
	}
	if n := rollUp(t, db); n != 0 || counts(t, db) != counted {
		t.Errorf("%d hours are counted anew:\n%s\nwere\n%s", n, counts(t, db), counted)
	}
	if n := numberOf(t, db, "SELECT count() FROM retention_rows"); n != 0 {
		t.Errorf("%d rows are still to be deleted", n)
	}
}

// An hour that somebody began to count before its messages were deleted keeps the counts
// of all of them.
func TestHalfAnHourIsNotCounted(t *testing.T) {
	db := migrated(t)
	writeAll(t, db, aged(t, 1, 0), aged(t, 2, 1), aged(t, 3, 2))
	rollUp(t, db)
	counted := counts(t, db)
	params := clickhouse.Parameters{"hours": array([]uint32{uint32(minute(-48*60) / 1000)}), "computation": strconv.FormatUint(computation(0, time.Now().Add(time.Hour)), 10)}
	retain(t, db, Keep{Messages: 1})
	for _, step := range []string{"rollup_count", "rollup_commit"} {
		if err := db.conn.Exec(with(t.Context(), params), query(step)); err != nil {
			t.Fatal(err)
		}
	}
	if counts(t, db) != counted {
		t.Errorf("counted were\n%s\nare\n%s", counted, counts(t, db))
	}
}

// Nothing goes while no mail is sent, whatever opens what was sent, or nobody's mail.
func TestRetainWaitsForMail(t *testing.T) {
	db := migrated(t)
	for n := range 3 {
		writeAged(t, db, aged(t, n, int64(n)))
	}
	for day := range int64(5) {
		for i, id := range []string{"of nobody", aged(t, 0, 0).MessageID} {
			write(t, db, schemas.TopicEvents, true, eventRecord(t, day, schemas.Event{
				Identity: schemas.Identity{MessageID: id}, ID: schemas.EventID(500 + 2*day + int64(i)), Kind: schemas.Opened, Source: schemas.SourceTracking, Time: minute(24 * 60 * (day + 1)),
			}))
		}
	}
	opened := aged(t, 0, 0)
	opened.Revision, opened.Row.Last, opened.Row.Opened = 2, minute(24*60*5), minute(24*60*5)
	writeAll(t, db, opened)
	rollUp(t, db)
	if got := toldKept(retain(t, db, Keep{Messages: 3})); got != "" || there(t, db) != "13 3 3 3 6 3" {
		t.Errorf("gone: %s, there are %s", got, there(t, db))
	}
	writeAged(t, db, aged(t, 3, -6), aged(t, 4, -7))
	rollUp(t, db)
	if got := toldKept(retain(t, db, Keep{Messages: 3})); got != "messages 2026-11-01 1; status_changes 2026-11-01 1; events 2026-11-01 1; " {
		t.Errorf("when mail was sent again there goes %s", got)
	}
}

// What was written down of a message's changes goes with them: nothing is known of it then.
func TestRetainTimedChanges(t *testing.T) {
	db := migrated(t)
	for n := range 5 {
		s := aged(t, n, int64(n))
		s.Withdrawn = []schemas.Withdrawal{{Cause: 77, Time: s.Row.Last}}
		writeAged(t, db, s)
	}
	rollUp(t, db)
	retain(t, db, Keep{Messages: 2})
	exec(t, db, "OPTIMIZE TABLE timed_changes FINAL")
	if n := numberOf(t, db, "SELECT count() FROM timed_changes"); n != 3 {
		t.Errorf("%d are left", n)
	}
	if _, err := db.Story(t.Context(), aged(t, 4, 4).MessageID, ""); !errors.Is(err, api.ErrNothingKnown) {
		t.Errorf("of a message that is gone: %v", err)
	}
}

// What is known of an address rests on messages, however long their changes are kept.
func TestRecipientOutlivesChanges(t *testing.T) {
	db := migrated(t)
	to := aged(t, 0, 0).Recipient
	for n := range 5 {
		s := aged(t, n, int64(n))
		s.Recipient = to
		writeAged(t, db, s)
	}
	for _, keep := range []Keep{{}, {Changes: 1}} {
		retain(t, db, keep)
		f, newest, err := db.Recipient(t.Context(), api.Owner{Any: true}, schemas.Vocabularies[0], to, 10)
		if err != nil || f.Messages != 5 || len(newest) != 5 {
			t.Errorf("%+v: %d messages, %d listed, %v", keep, f.Messages, len(newest), err)
		}
	}
}
