package clickhouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	schema "mailfate/schemas/clickhouse"
)

// migrationTime bounds a migration, which may write a table anew. Without a bound the
// driver takes the server for dead after readTimeout.
const migrationTime = 24 * time.Hour

// MigrationError says that a database's schema is not what this program can work with.
type MigrationError struct {
	Database string
	Problem  string
	Hint     string // what to do
}

// Error names database, problem and remedy.
func (e *MigrationError) Error() string {
	return fmt.Sprintf("migrate database %s: %s; %s", e.Database, e.Problem, e.Hint)
}

// Migrate makes the database and its tables, or brings them up to date, and says
// in table vocabularies what the statuses mean. It may run in several processes
// at once.
func (db *DB) Migrate(ctx context.Context) error {
	steps, err := schema.Migrations()
	if err != nil {
		return err
	}
	if err := db.createDatabase(ctx); err != nil {
		return err
	}
	if err := db.migrate(ctx, steps); err != nil {
		return err
	}
	if err := db.commentViews(ctx); err != nil {
		return err
	}
	return db.setMeanings(ctx)
}

func (db *DB) migrate(ctx context.Context, steps []schema.Migration) error {
	if err := db.conn.Exec(ctx, query("migrations_table")); err != nil {
		return fmt.Errorf("create table %s.migrations: %w", db.opts.Database, err)
	}
	applied, err := db.applied(ctx)
	if err != nil {
		return err
	}
	if err := db.check(steps, applied); err != nil {
		return err
	}
	for _, m := range steps[len(applied):] {
		if err := db.apply(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) createDatabase(ctx context.Context) error {
	return db.withoutDatabase(func(conn driver.Conn) error { return createDatabase(ctx, conn, db.opts) })
}

// withoutDatabase connects without naming the database, for it may not be there.
func (db *DB) withoutDatabase(do func(driver.Conn) error) (err error) {
	conn, err := db.connect("")
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := conn.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("close ClickHouse: %w", closeErr)
		}
	}()
	return do(conn)
}

func createDatabase(ctx context.Context, conn driver.Conn, opts Options) error {
	// An identifier cannot be a parameter of this statement.
	name := "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(opts.Database) + "`"
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+name); err != nil {
		return fmt.Errorf("create database %s at %v: %w", opts.Database, opts.Addresses, err)
	}
	return nil
}

type appliedStep struct {
	Version  uint32 `ch:"version"`
	Name     string `ch:"name"`
	Checksum string `ch:"checksum"`
}

func (db *DB) applied(ctx context.Context) ([]appliedStep, error) {
	var rows []appliedStep
	if err := db.conn.Select(ctx, &rows, query("migrations_applied")); err != nil {
		return nil, fmt.Errorf("read table %s.migrations: %w", db.opts.Database, err)
	}
	return rows, nil
}

// check compares what was applied with what this program would have applied.
func (db *DB) check(steps []schema.Migration, applied []appliedStep) error {
	fail := func(hint, problem string, args ...any) error {
		return &MigrationError{Database: db.opts.Database, Problem: fmt.Sprintf(problem, args...), Hint: hint}
	}
	for i, a := range applied {
		if a.Version > uint32(len(steps)) {
			return fail("use a newer mailfate, or another database",
				"migration %d (%s) was applied, and this program knows only %d", a.Version, a.Name, len(steps))
		}
		if a.Version != uint32(i+1) {
			return fail("its tables may be incomplete: restore table migrations from a backup, or start with another database and replay",
				"migration %d is not recorded but %d is", i+1, a.Version)
		}
		if want := steps[i].Checksum; a.Checksum != want {
			return fail("run the mailfate that made this database, or start with another database and replay",
				"migration %d (%s) was applied with checksum %.12s and is %.12s in this program", a.Version, a.Name, a.Checksum, want)
		}
	}
	return nil
}

// apply runs a step and records it. A crash in between repeats the step, which
// does no harm.
func (db *DB) apply(ctx context.Context, m schema.Migration) error {
	ctx, cancel := context.WithTimeout(ctx, migrationTime)
	defer cancel()
	for i, s := range m.Statements {
		if err := db.conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("apply migration %d (%s), statement %d, to database %s: %w", m.Version, m.Name, i+1, db.opts.Database, err)
		}
	}
	if err := db.conn.Exec(writing(ctx), query("migrations_record"), m.Version, m.Name, m.Checksum, time.Now().UTC()); err != nil {
		return fmt.Errorf("record migration %d in database %s: %w", m.Version, db.opts.Database, err)
	}
	db.log.InfoContext(ctx, "ClickHouse schema migrated", "database", db.opts.Database, "migration", m.Version, "name", m.Name)
	return nil
}

// commentViews repeats what tables say of their columns for the columns of their views.
func (db *DB) commentViews(ctx context.Context) error {
	var statements []string
	if err := db.conn.QueryRow(ctx, query("view_comments")).Scan(&statements); err != nil {
		return fmt.Errorf("read comments of views in database %s: %w", db.opts.Database, err)
	}
	for _, s := range statements {
		if err := db.conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("comment views in database %s: %w", db.opts.Database, err)
		}
	}
	return nil
}
