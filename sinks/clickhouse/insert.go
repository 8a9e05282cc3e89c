package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// writing makes a context for inserts.
//
// async_insert, on by default in new servers, would answer before the rows are
// safe or wait for others'. A batch of an old archive has rows of more days,
// which are partitions, than the server allows in one insert by default, and it
// would refuse them for ever. Nor is the server to recognise an insert that is
// repeated, by a token or its rows: it notes that before the rows are in place, so
// that one which was killed in between would take the repetition for done.
func writing(ctx context.Context) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"async_insert":                    0,
		"max_partitions_per_insert_block": 0,
		"insert_deduplicate":              0,
	}))
}

// blockRows is how many rows go over the wire together. The driver keeps the
// memory of a block for the next one of the same insert, and throws it away after
// the insert: small blocks make little garbage. The server joins them again.
const blockRows = 4096

// insert writes the rows of one table by column.
func (db *DB) insert(ctx context.Context, t *table) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("insert %d rows into %s.%s: %w", t.rows(), db.opts.Database, t.name, err)
		}
	}()
	ctx = writing(ctx)
	insert, err := db.conn.PrepareBatch(ctx, t.insert)
	if err != nil {
		return err
	}
	for from := 0; from < t.rows(); from += blockRows {
		to := min(from+blockRows, t.rows())
		for i, c := range t.columns {
			if err := insert.Column(i).Append(c.values(from, to)); err != nil {
				_ = insert.Abort() // it has failed already
				return fmt.Errorf("column %s: %w", t.names[i], err)
			}
		}
		if err := insert.Flush(); err != nil {
			_ = insert.Abort()
			return err
		}
	}
	if err := insert.Send(); err != nil {
		return err
	}
	db.inserts.Add(1)
	return nil
}
