package clickhouse

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mailfate/schemas"
	schema "mailfate/schemas/clickhouse"
)

func checkMeanings(t *testing.T, db *DB) {
	t.Helper()
	var got []meaning
	if err := db.conn.Select(t.Context(), &got, "SELECT * FROM status_meanings ORDER BY vocabulary, status"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(meanings(), got); diff != "" {
		t.Error(diff)
	}
}

func exec(t testing.TB, db *DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := db.conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestMeaningsAreAllOfThem(t *testing.T) {
	statuses := 0
	for _, v := range schemas.Vocabularies {
		statuses += len(v.Rows)
	}
	if n := len(slices.CompactFunc(meanings(), func(a, b meaning) bool { return compareMeanings(a, b) == 0 })); n != statuses {
		t.Errorf("%d meanings of %d statuses", n, statuses)
	}
	db := migrated(t)
	checkMeanings(t, db)
	if n := numberOf(t, db, "SELECT count() FROM status_meanings WHERE vocabulary = 'unisender' AND status = 'err_giveup' AND final AND final_by_decision AND outcome = 'failure' AND step = '3'"); n != 1 {
		t.Errorf("%d rows of err_giveup are as they should", n)
	}
}

// Whatever is in the table, and whatever the clock said: a start mends it.
func TestMeaningsAreMended(t *testing.T) {
	db := migrated(t)
	rows := newMeaningRows()
	other := meanings()[3]
	other.Meaning, other.Final = "something else", !other.Final
	rows.add(other, math.MaxUint64/2, false)
	rows.add(meanings()[5], math.MaxUint64/2, true)
	rows.add(meaning{Vocabulary: "canonical", Status: "removed"}, math.MaxUint64/2, false)
	rows.add(meaning{Vocabulary: "older", Status: "none"}, math.MaxUint64/2, false)
	if err := db.insert(t.Context(), &rows.table); err != nil {
		t.Fatal(err)
	}
	if n := numberOf(t, db, "SELECT count() FROM status_meanings WHERE status = 'removed' OR vocabulary = 'older' OR meaning = 'something else'"); n != 3 {
		t.Fatalf("%d damaged rows are seen, want 3", n)
	}
	for range 2 {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkMeanings(t, db)
		exec(t, db, "OPTIMIZE TABLE vocabularies FINAL")
	}
}

// Every start writes the meanings: that must not make rows.
func TestMeaningsAgainWriteNothing(t *testing.T) {
	db := migrated(t)
	exec(t, db, "SYSTEM STOP MERGES vocabularies")
	before := numberOf(t, db, "SELECT count() FROM vocabularies")
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := numberOf(t, db, "SELECT count() FROM vocabularies"); n != before || n != uint64(len(meanings())) {
		t.Errorf("%d rows, then %d, want %d", before, n, len(meanings()))
	}
}

// everyStatus are messages that together have every status of every vocabulary.
func everyStatus() []*schemas.Snapshot {
	var list []*schemas.Snapshot
	for i := 0; ; i++ {
		var s schemas.Statuses
		fresh := false
		for j, v := range schemas.Vocabularies {
			s[j] = schemas.Status(i % len(v.Rows))
			fresh = fresh || i < len(v.Rows)
		}
		if !fresh {
			return list
		}
		list = append(list, &schemas.Snapshot{
			Identity: schemas.Identity{MessageID: fmt.Sprint("m", i), Recipient: "r@example.org"}, Standing: schemas.Shown, Was: schemas.Shown, Revision: 1,
			Row:     schemas.Row{Statuses: s, First: minute(1), Last: minute(2)},
			History: []schemas.Change{{Cause: 1, Kind: schemas.Received, Time: minute(1), Before: s, After: s}},
		})
	}
}

// What is written can be joined with what it means, once each, and agrees with it.
func TestEveryStatusHasItsMeaning(t *testing.T) {
	db := migrated(t)
	list := everyStatus()
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, list...)...)
	for _, v := range schemas.Vocabularies {
		name := vocabularyColumn(v)
		for _, view := range []string{"messages", "history"} {
			on := fmt.Sprintf("FROM %s AS m LEFT JOIN status_meanings AS s ON s.vocabulary = '%s' AND s.status = m.%s", view, v.Name, name)
			if n := numberOf(t, db, "SELECT count() "+on); n != uint64(len(list)) {
				t.Errorf("%s of %s: %d rows of %d messages", name, view, n, len(list))
			}
			if n := numberOf(t, db, fmt.Sprintf("SELECT countIf(s.meaning = '' OR s.final != m.%s_final) %s", name, on)); n != 0 {
				t.Errorf("%s of %s: %d rows without their meaning", name, view, n)
			}
			if n := numberOf(t, db, "SELECT uniqExact(m."+name+") "+on); n != uint64(len(v.Rows)) {
				t.Errorf("%s of %s: %d statuses occur, want %d", name, view, n, len(v.Rows))
			}
		}
	}
	if n := numberOf(t, db, "SELECT countIf(m.outcome != s.outcome) FROM messages AS m LEFT JOIN status_meanings AS s ON s.vocabulary = 'canonical' AND s.status = m.status"); n != 0 {
		t.Errorf("%d outcomes differ", n)
	}
}

// A database of the first release keeps its rows, which know of no other vocabulary
// until they are written again.
func TestUpgrade(t *testing.T) {
	db := openDB(t)
	steps, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	if err := db.createDatabase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.migrate(t.Context(), steps[:7]); err != nil {
		t.Fatal(err)
	}
	exec(
		t, db,
		"INSERT INTO message_status (account, message_id, recipient, status, outcome, first_at, last_at, revision) VALUES ('acme', 'm', 'r@example.org', 'delivered', 'success', now(), now(), 1)",
		"INSERT INTO status_changes (time, account, message_id, recipient, status_before, status, revision) VALUES (now(), 'acme', 'm', 'r@example.org', 'queued', 'delivered', 1)",
	)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkMeanings(t, db)
	for sql, want := range map[string]string{
		"SELECT status, netcore, netcore_feed, tipimail, unisender, netcore_final FROM messages":                           "('delivered','none','none','none','none',false)",
		"SELECT status_before, status, netcore_before, netcore, unisender_before, unisender, unisender_final FROM history": "('queued','delivered','none','none','none','none',false)",
	} {
		var got string
		if err := db.conn.QueryRow(t.Context(), "SELECT toString(tuple(*)) FROM ("+sql+")").Scan(&got); err != nil || got != want {
			t.Errorf("%s: %s, want %s: %v", sql, got, want, err)
		}
	}
	again := &schemas.Snapshot{
		Identity: schemas.Identity{Account: "acme", MessageID: "m", Recipient: "r@example.org"}, Standing: schemas.Shown, Was: schemas.Shown, Revision: 2,
		Row: schemas.Row{Statuses: schemas.Statuses{1, 1, 1, 1, 1}, First: minute(1), Last: minute(2)},
	}
	write(t, db, schemas.TopicStatus, true, statusRecords(t, 0, again)...)
	if n := numberOf(t, db, "SELECT countIf(netcore = 'processing' AND unisender = 'not_sent') FROM messages"); n != 1 {
		t.Errorf("%d rows are told anew", n)
	}
}
