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
	rows, done, err := e.ask()
	defer func() { done() }()
	for rows != nil && err == nil {
		next, nextDone, failed := e.ask()
		var n int
		if n, err = handOver(rows, each); err == nil {
			err = failed
		}
		done()
		done = nextDone
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

// ask begins to read the next span; nil: there is none. When it was read, done is to be
// called. Without a bound the driver would break off what takes longer than readTimeout.
func (e *export) ask() (rows driver.Rows, done func(), err error) {
	if e.to <= e.from {
		return nil, func() {}, nil
	}
	e.query.From, e.query.To = max(e.from, floor(e.to-e.width, hour)), e.to
	e.to = e.query.From
	ctx, cancel := context.WithTimeout(e.ctx, exportTime)
	rows, err = e.db.feedQuery(ctx, &e.query, 0)
	return rows, cancel, err
}
