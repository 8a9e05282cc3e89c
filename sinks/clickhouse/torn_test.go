package clickhouse

import (
	"os"
	"testing"

	"mailfate/schemas"
)

// A server that recognises repeated inserts notes one before its part is in place:
// killed in between, it remembers an insert that it does not have. It is repeated
// then, and must not be taken for done. Here the part is taken away by hand.
func TestInsertThatWasTornIsRepeated(t *testing.T) {
	db := migrated(t)
	exec := func(statement string) {
		t.Helper()
		if err := db.conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	records := statusRecords(t, 0, message(t, 1))
	write(t, db, schemas.TopicStatus, false, records...)
	for _, table := range []string{"message_status", "status_changes"} {
		var path string
		part := "SELECT path FROM system.parts WHERE database = currentDatabase() AND table = ? AND active"
		if err := db.conn.QueryRow(t.Context(), part, table).Scan(&path); err != nil {
			t.Fatal(err)
		}
		exec("DETACH TABLE " + table)
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		exec("ATTACH TABLE " + table)
	}
	write(t, db, schemas.TopicStatus, false, records...)
	for query, want := range map[string]uint64{"SELECT count() FROM messages": 1, "SELECT count() FROM history": 4} {
		if n := numberOf(t, db, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
}
