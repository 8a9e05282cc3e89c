package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	schema "mailfate/schemas/clickhouse"
)

// Find is for who only asks, where others call Migrate: it changes nothing. A
// database that is missing, or whose tables are not those of this program, is an
// error.
func (db *DB) Find(ctx context.Context) error {
	steps, err := schema.Migrations()
	if err != nil {
		return err
	}
	if err := db.withoutDatabase(func(conn driver.Conn) error { return findDatabase(ctx, conn, db.opts) }); err != nil {
		return err
	}
	applied, err := db.applied(ctx)
	if err != nil {
		return err
	}
	if err := db.check(steps, applied); err != nil {
		return err
	}
	if len(applied) < len(steps) {
		return fmt.Errorf("database %s at %v is an older mailfate's, with %d of %d migrations; bring it up to date with mailfate migrate",
			db.opts.Database, db.opts.Addresses, len(applied), len(steps))
	}
	return nil
}

// findDatabase works without a database, for the library's server does not survive
// a client that names one which is not there.
func findDatabase(ctx context.Context, conn driver.Conn, opts Options) error {
	var found, migrations uint64
	if err := conn.QueryRow(ctx, query("find_database"), opts.Database, opts.Database).Scan(&found, &migrations); err != nil {
		return fmt.Errorf("find database %s at %v: %w", opts.Database, opts.Addresses, err)
	}
	switch {
	case found == 0:
		return fmt.Errorf("there is no database %s at %v; check its name, or make it with mailfate migrate", opts.Database, opts.Addresses)
	case migrations == 0:
		return fmt.Errorf("database %s at %v has no tables of mailfate's; check its name, or make them with mailfate migrate", opts.Database, opts.Addresses)
	}
	return nil
}
