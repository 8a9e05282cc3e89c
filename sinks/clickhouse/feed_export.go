package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"mailfate/sinks/api"
)

const (
	enough    = 20_000 // rows of a span
	spanGrows = 4
)

// export is an export that is being read. While a span is handed over, the server
// looks for the next one already.
type export struct {
	db       *DB
	ctx      context.Context //nolint:containedctx // of one call
	query    feedQuery
	from, to int64 // of what was not asked for yet
	width    int64
}

// Export hands over all changes that fit, the newest first, as they come. The change
// is good until the next one.
func (db *DB) Export(ctx context.Context, f *api.Filter, each func(*api.Change) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := export{db: db, query: feedQuery{Filter: f}, width: firstSpan}
	// Its reader is the slower of both: a second thread would only take from others.
	e.ctx = asking(ctx, exportTime, 0, ofChanges, clickhouse.Settings{"max_threads": 1})
	var err error
	if e.from, e.to, err = db.feedSpan(ctx, &e.query); err != nil {
		return err
	}
	if err := e.run(each); err != nil {
		return fmt.Errorf("export feed: %w", err)
	}
	return nil
}

func (e *export) run(each func(*api.Change) error) error {
	rows, err := e.ask()
	for rows != nil && err == nil {
		next, failed := e.ask()
		var n int
		if n, err = handOver(rows, each); err == nil {
			err = failed
		}
		if n < enough {
			e.width *= spanGrows
		} else {
			e.width = max(firstSpan, e.width/2)
		}
		if rows = next; rows != nil && err != nil {
			_ = rows.Close() // something else failed
		}
	}
	return err
}

// ask begins to read the next span; nil: there is none.
func (e *export) ask() (driver.Rows, error) {
	if e.to <= e.from {
		return nil, nil //nolint:nilnil // the end is no error
	}
	e.query.From, e.query.To = max(e.from, floor(e.to-e.width, hour)), e.to
	e.to = e.query.From
	return e.db.feedQuery(e.ctx, &e.query, 0)
}
