package clickhouse

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

func digest(tb testing.TB, db *DB) string {
	tb.Helper()
	d, err := db.Digest(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// numberOf reads one number.
func numberOf(tb testing.TB, db *DB, sql string, args ...any) uint64 {
	tb.Helper()
	var n uint64
	if err := db.conn.QueryRow(tb.Context(), sql, args...).Scan(&n); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
	return n
}

func TestReplaysChangeNothing(t *testing.T) {
	db := migrated(t)
	empty := digest(t, db)
	records := statusRecords(t, 0, samples(t)...)
	write(t, db, schemas.TopicStatus, false, statusRecords(t, 0, samples(t)[1])...)
	write(t, db, schemas.TopicStatus, true, records...)
	want := digest(t, db)
	if want == empty {
		t.Fatal("the digest of rows is the digest of none")
	}
	write(t, db, schemas.TopicStatus, true, records...) // the same batch
	for _, r := range records {                         // others with the same records
		r.Offset += 100
		write(t, db, schemas.TopicStatus, true, r)
	}
	if got := digest(t, db); got != want {
		t.Errorf("the digest is %s after a replay, %s before", got, want)
	}
	for _, table := range []string{"message_status", "status_changes", "unmatched", "contested"} {
		if err := db.conn.Exec(t.Context(), "OPTIMIZE TABLE "+table+" FINAL"); err != nil {
			t.Fatal(err)
		}
	}
	if got := digest(t, db); got != want {
		t.Errorf("the digest is %s after merging, %s before", got, want)
	}
}

func TestDigestLeavesBookkeepingOut(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, samples(t)...)...)
	want := digest(t, db)
	later := samples(t)
	for _, s := range later {
		s.Revision += 1000
		s.Intake += 1000
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 50, later...)...)
	if got := digest(t, db); got != want {
		t.Errorf("revision and time of intake change the digest: %s, %s before", got, want)
	}
	for name, change := range map[string]func(*schemas.Snapshot){
		"remarks": func(s *schemas.Snapshot) { s.Row.Reply += "." },
		"never":   func(s *schemas.Snapshot) { s.Row.Bounced = 0 },
		"border":  func(s *schemas.Snapshot) { s.Row.Enhanced, s.Row.Reply = "5.1.", "1no such user" },
		"history": func(s *schemas.Snapshot) { s.History[0].Code = 551 },
	} {
		s := later[1]
		s.Revision++
		before := s.Row
		history := s.History[0]
		change(s)
		write(t, db, schemas.TopicStatus, true, statusRecords(t, int64(s.Revision), s)...)
		if digest(t, db) == want {
			t.Errorf("%s does not change the digest", name)
		}
		s.Row, s.History[0] = before, history
		s.Revision++
		write(t, db, schemas.TopicStatus, true, statusRecords(t, int64(s.Revision), s)...)
		if got := digest(t, db); got != want {
			t.Errorf("%s was taken back, the digest is %s, not %s", name, got, want)
		}
	}
}

func TestWithdrawnRowsVanish(t *testing.T) {
	db := migrated(t)
	s := bounced(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
	held := stray()
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 1, held)...)

	moved := &schemas.Snapshot{
		Identity: s.Identity, Standing: schemas.Joined, Was: schemas.Shown | schemas.Joined, Revision: s.Revision + 1,
		Withdrawn: []schemas.Withdrawal{{Cause: 21, Time: minute(3)}},
	}
	held.Standing, held.Was, held.Revision = schemas.Joined, schemas.Unmatched|schemas.Joined, held.Revision+1
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 10, moved, held)...)
	older := bounced(t) // an older version that comes late, and after merges, changes nothing
	older.Row.Reply = "older"
	for range 2 {
		write(t, db, schemas.TopicStatus, true, statusRecords(t, 20, older)...)
		for _, table := range []string{"message_status", "status_changes", "unmatched"} {
			if n := numberOf(t, db, "SELECT count() FROM "+table+" FINAL"); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
			if err := db.conn.Exec(t.Context(), "OPTIMIZE TABLE "+table+" FINAL"); err != nil {
				t.Fatal(err)
			}
		}
		older.Row.Reply = "older still"
	}
	s.Revision += 2 // true again
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 30, s)...)
	if n := numberOf(t, db, "SELECT count() FROM messages WHERE status = 'bounced_hard'"); n != 1 {
		t.Errorf("%d rows came back", n)
	}
	if n := numberOf(t, db, "SELECT count() FROM history"); n != 1 {
		t.Errorf("%d changes came back", n)
	}
}

// Texts are bytes: whatever a log holds is stored as it is and runs nothing.
func TestHostileTextsSurvive(t *testing.T) {
	db := migrated(t)
	hostile := "\x00\xff\xfe'); DROP TABLE message_status; -- \\' \" ` {x:String} ? $1 \u202e\r\n\t" + strings.Repeat("é", 100)
	s := delivered(t)
	s.MessageID, s.Recipient, s.Account = hostile, hostile+"@"+hostile, hostile
	r := &s.Row
	for _, text := range []*string{&r.EmailID, &r.Sender, &r.Subject, &r.Campaign, &r.Enhanced, &r.Reply, &r.Relay, &r.URL, &s.History[1].Reply, &s.History[1].Enhanced} {
		*text = hostile
	}
	r.Tags = []string{hostile, ""}
	r.Size, r.First, r.Last, r.Delivered = -1<<63, -1<<63, 1<<63-1, 1<<63-1
	s.History[0].Time = -1 << 63
	ev := schemas.Event{
		ID: 1 << 63, Kind: schemas.Opened, Time: -1 << 63, Identity: s.Identity, UserAgent: hostile, File: hostile,
		Host: hostile, Stream: hostile, Tags: []string{hostile}, Source: 250, Offset: -1,
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, s)...)
	write(t, db, schemas.TopicEvents, true, eventRecord(t, 0, ev))

	var got struct {
		ID, Recipient, Remarks, Campaign, Domain string
		Tags                                     []string
	}
	row := db.conn.QueryRow(t.Context(), "SELECT message_id, recipient, remarks, campaign, recipient_domain, tags FROM messages WHERE message_id = ?", hostile)
	if err := row.Scan(&got.ID, &got.Recipient, &got.Remarks, &got.Campaign, &got.Domain, &got.Tags); err != nil {
		t.Fatal(err)
	}
	if got.ID != hostile || got.Recipient != s.Recipient || got.Remarks != hostile || got.Campaign != hostile || got.Domain != hostile || got.Tags[0] != hostile {
		t.Errorf("got %q", got)
	}
	var years [4]uint16
	row = db.conn.QueryRow(t.Context(), "SELECT toYear(first_at), toYear(cohort), toYear(last_at), toYear(delivered_at) FROM messages")
	if err := row.Scan(&years[0], &years[1], &years[2], &years[3]); err != nil || years != [...]uint16{1970, 1970, 2106, 2106} {
		t.Errorf("times far away are in the years %v: %v", years, err)
	}
	if n := numberOf(t, db, "SELECT count() FROM history WHERE account = ?", hostile); n != 4 {
		t.Errorf("%d changes, want 4", n)
	}
	var agent, file string
	if err := db.conn.QueryRow(t.Context(), "SELECT user_agent, file FROM events FINAL").Scan(&agent, &file); err != nil {
		t.Fatal(err)
	}
	if agent != hostile || file != hostile {
		t.Errorf("the trail has %q and %q", agent, file)
	}
}

// An archive of years fits into one batch: each day is a partition.
func TestManyDaysInOneBatch(t *testing.T) {
	db := migrated(t)
	var records []kafkalog.Record
	for i := range int64(400) {
		ev := schemas.Event{ID: schemas.EventID(i), Kind: schemas.Queued, Time: day - i*86_400_000, Identity: schemas.Identity{MessageID: "m"}}
		records = append(records, eventRecord(t, i, ev))
	}
	write(t, db, schemas.TopicEvents, true, records...)
	if n := numberOf(t, db, "SELECT count() FROM events"); n != 400 {
		t.Errorf("%d rows, want 400", n)
	}
}

func TestSearchByAddress(t *testing.T) {
	db := migrated(t)
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, samples(t)...)...)
	for sql, want := range map[string]uint64{
		"SELECT uniqExact(message_id) FROM history WHERE hasAllTokens(lower(recipient), 'bob example') AND recipient = 'bob@example.net'": 1,
		"SELECT count() FROM history WHERE hasAllTokens(lower(sender), 'news')":                                                           4,
		"SELECT count() FROM history WHERE message_id = 'm1@acme.example'":                                                                4,
		"SELECT count() FROM history WHERE hasAllTokens(lower(sender), 'nobody')":                                                         0,
	} {
		if n := numberOf(t, db, sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
	var used uint64
	explain := `SELECT count() FROM (EXPLAIN indexes = 1 SELECT * FROM status_changes FINAL WHERE hasAllTokens(lower(recipient), 'bob')) WHERE explain LIKE '%recipient_words%'`
	if err := db.conn.QueryRow(t.Context(), explain).Scan(&used); err != nil || used == 0 {
		t.Errorf("the text index is not used: %v", err)
	}
}

func TestUnparsedNewestWins(t *testing.T) {
	db := migrated(t)
	for i, u := range []schemas.Unparsed{
		{Stream: "s", Shape: "x", Lines: 5},
		{Stream: "s", Shape: "x", Lines: 9, Examples: [][]byte{{0xff, 0}}, Last: 86_400_000},
	} {
		write(t, db, schemas.TopicUnparsed, true, unparsedRecord(t, int64(i), u))
	}
	var lines uint64
	var examples []string
	var first, last *time.Time
	if err := db.conn.QueryRow(t.Context(), "SELECT lines, examples, first_at, last_at FROM unparsed FINAL").Scan(&lines, &examples, &first, &last); err != nil {
		t.Fatal(err)
	}
	if first != nil || last == nil || last.Unix() != 86_400 {
		t.Errorf("from %v to %v", first, last)
	}
	if lines != 9 || fmt.Sprintf("%q", examples) != `["\xff\x00"]` {
		t.Errorf("%d lines, examples %q", lines, examples)
	}
	write(t, db, schemas.TopicUnparsed, true, unparsedRecord(t, 2, schemas.Unparsed{Stream: "s", Shape: "y", Lines: 27}))
	var shares []string
	sql := "SELECT groupArray(told) FROM (SELECT toString((shape, lines, share, length(example), last_at IS NULL)) AS told FROM unread_lines ORDER BY lines)"
	if err := db.conn.QueryRow(t.Context(), sql).Scan(&shares); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(shares), "[('x',9,0.25,2,0) ('y',27,0.75,0,1)]"; got != want {
		t.Errorf("unread lines %s, want %s", got, want)
	}
}

// However many blocks it goes over the wire in, a batch becomes one part; written
// again it is another, and counts once.
func TestBatchIsOnePart(t *testing.T) {
	db := migrated(t)
	if err := db.conn.Exec(t.Context(), "SYSTEM STOP MERGES message_status"); err != nil {
		t.Fatal(err)
	}
	var list []*schemas.Snapshot
	for i := range 3 * blockRows {
		list = append(list, message(t, i))
	}
	records := statusRecords(t, 0, list...)
	for range 2 {
		write(t, db, schemas.TopicStatus, false, records...)
	}
	parts := "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = 'message_status' AND active"
	if n := numberOf(t, db, parts); n != 2 {
		t.Errorf("%d parts, want 2", n)
	}
	if n := numberOf(t, db, "SELECT count() FROM messages"); n != 3*blockRows {
		t.Errorf("%d rows, want %d", n, 3*blockRows)
	}
}
