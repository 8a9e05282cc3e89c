package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// A reference table holds what this program knows and not what happened: it has
// columns version and withdrawn beside those of T, and one row for each key.
type reference[T comparable] interface {
	add(row T, version uint64, withdrawn bool)
	waiting() *table
}

// refer makes the wanted rows, sorted by their key, those of a reference table, in
// place of all that were there. What is there already is not written again. Of
// several processes that want different rows at the same time, either's may stay,
// row by row.
func refer[T comparable](ctx context.Context, db *DB, rows reference[T], wanted []T, byKey func(a, b T) int) error {
	t := rows.waiting()
	named := clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"table": t.name}))
	var stored []T
	if err := db.conn.Select(named, &stored, query("reference")); err != nil {
		return fmt.Errorf("read %s: %w", t.name, err)
	}
	var last uint64
	if err := db.conn.QueryRow(named, query("reference_version")).Scan(&last); err != nil {
		return fmt.Errorf("read version of %s: %w", t.name, err)
	}
	// A clock that was set back must not let the old rows win.
	version := max(last+1, uint64(time.Now().UnixMicro()))
	for _, row := range wanted {
		if !slices.Contains(stored, row) {
			rows.add(row, version, false)
		}
	}
	for _, row := range stored {
		if _, listed := slices.BinarySearchFunc(wanted, row, byKey); !listed {
			rows.add(row, version, true)
		}
	}
	if t.rows() == 0 {
		return nil
	}
	return db.insert(ctx, t)
}
