package clickhouse

import (
	"strings"
	"testing"
)

// Who only asks makes nothing.
func TestFindMakesNothing(t *testing.T) {
	db := openDB(t)
	find := func(want string) {
		t.Helper()
		if err := db.Find(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	find("there is no database test TestFindMakesNothing at ")
	find("there is no database") // as before
	if err := db.createDatabase(t.Context()); err != nil {
		t.Fatal(err)
	}
	find("no tables of mailfate's")
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Find(t.Context()); err != nil {
		t.Error(err)
	}
	if err := db.conn.Exec(t.Context(), "DELETE FROM migrations WHERE version > 2"); err != nil {
		t.Fatal(err)
	}
	find("with 2 of ")
}
