package clickhouse

import (
	"errors"
	"strings"
	"testing"

	schema "mailfate/schemas/clickhouse"
)

func TestMigrateTwice(t *testing.T) {
	db := openDB(t)
	for range 2 {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	steps, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	applied, err := db.applied(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(applied) != len(steps) {
		t.Errorf("%d migrations are recorded, want %d", len(applied), len(steps))
	}
}

// Processes that start together migrate together.
func TestMigrateAtOnce(t *testing.T) {
	db := openDB(t)
	errs := make(chan error)
	const processes = 4
	for range processes {
		go func() { errs <- db.Migrate(t.Context()) }()
	}
	for range processes {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMigrateRefusesDrift(t *testing.T) {
	steps, err := schema.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	drop := func(db *DB) error {
		return db.conn.Exec(t.Context(), "DELETE FROM migrations WHERE version = 2")
	}
	record := func(version uint32, checksum string) func(*DB) error {
		return func(db *DB) error {
			return db.conn.Exec(t.Context(), "INSERT INTO migrations VALUES (?, 'x', ?, now64(3) + 1)", version, checksum)
		}
	}
	for name, c := range map[string]struct {
		damage func(*DB) error
		want   string
	}{
		"changed": {record(2, "0123"), "with checksum 0123 and is"},
		"newer":   {record(uint32(len(steps)+1), "0123"), "use a newer mailfate"},
		"missing": {drop, "migration 2 is not recorded but 3 is"},
	} {
		t.Run(name, func(t *testing.T) {
			db := migrated(t)
			if err := c.damage(db); err != nil {
				t.Fatal(err)
			}
			err := db.Migrate(t.Context())
			var wrong *MigrationError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want an error with %q, got %v", c.want, err)
			}
		})
	}
}

// Every table, every view and every column explains itself. The columns of what keeps
// a table are that table's.
func TestEverythingHasAComment(t *testing.T) {
	db := migrated(t)
	var silent []string
	err := db.conn.QueryRow(t.Context(), `SELECT groupArray(name) FROM (
		SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = ''
		UNION ALL
		SELECT table || '.' || name FROM system.columns WHERE database = currentDatabase() AND comment = '' AND table NOT LIKE '%\\_made')`).Scan(&silent)
	if err != nil {
		t.Fatal(err)
	}
	if len(silent) > 0 {
		t.Errorf("without comment: %v", silent)
	}
	var different []string
	if err := db.conn.QueryRow(t.Context(), query("view_comments")).Scan(&different); err != nil || len(different) > 0 {
		t.Errorf("views and tables differ in what they say, which takes %q: %v", different, err)
	}
}
