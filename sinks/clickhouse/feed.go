package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// Feed returns the newest changes that fit and stand behind a position, if it is not
// the zero one; at most n.
func (db *DB) Feed(ctx context.Context, f *api.Filter, behind api.Position, n int) ([]api.Change, error) {
	p := page{db: db, list: make([]api.Change, 0, n), n: n}
	p.query.Filter = f
	if !behind.Time.IsZero() {
		p.query.Below = &behind
	}
	if err := p.read(ctx); err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	return p.list, nil
}

// Count says about how many changes fit.
func (db *DB) Count(ctx context.Context, f *api.Filter) (n uint64, err error) {
	q := feedQuery{Filter: f}
	if q.From, q.To, err = db.feedSpan(ctx, &q); err != nil || q.From >= q.To {
		return 0, err
	}
	text, err := made(feedTexts, "feed_count", &q)
	if err != nil {
		return 0, err
	}
	if err := db.conn.QueryRow(asking(ctx, countTime, 1), text, q.values(0)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count feed: %w", err)
	}
	return n, nil
}

// The feed is read backwards in spans of time, so that the newest are found without
// reading what is older, and never more is sorted than one span. They grow until
// there is enough in them.
const (
	hour      = int64(time.Hour / time.Millisecond)
	firstSpan = hour
)

func floor(t, unit int64) int64 { return t - t%unit }

// feedSpan tells between which instants there may be changes that are asked for.
func (db *DB) feedSpan(ctx context.Context, q *feedQuery) (from, to int64, err error) {
	var n uint64
	var first, last time.Time
	if err := db.conn.QueryRow(asking(ctx, pageTime, 1), query("feed_span")).Scan(&n, &first, &last); err != nil {
		return 0, 0, fmt.Errorf("read span of status_changes: %w", err)
	}
	if n == 0 {
		return 0, 0, nil
	}
	from, to = first.UnixMilli(), last.UnixMilli()+1
	if !q.Filter.From.IsZero() {
		from = max(from, q.Filter.From.UnixMilli())
	}
	if !q.Filter.To.IsZero() {
		to = min(to, q.Filter.To.UnixMilli())
	}
	if q.Below != nil {
		to = min(to, q.Below.Time.UnixMilli()+1)
	}
	return from, to, nil
}

// feedRows hands over the changes that are true and asked for.
func (db *DB) feedRows(ctx context.Context, q *feedQuery, limit int, visit func(*api.Change) error) error {
	rows, err := db.feedQuery(ctx, q, limit)
	if err != nil {
		return err
	}
	_, err = handOver(rows, visit)
	return err
}

func (db *DB) feedQuery(ctx context.Context, q *feedQuery, limit int) (driver.Rows, error) {
	text, err := made(feedTexts, "feed", q)
	if err != nil {
		return nil, err
	}
	return db.conn.Query(ctx, text, q.values(limit)...)
}

// handOver hands over the rows of a feedQuery, and closes them. The change is good until
// the next one.
func handOver(rows driver.Rows, visit func(*api.Change) error) (n int, err error) {
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	var c api.Change
	columns := []any{
		&c.Time, &c.Key, &c.Account, &c.MessageID, &c.Sender, &c.Recipient, &c.Subject, &c.Campaign,
		&c.Before, &c.Status, &c.Kind, &c.Reason, &c.Class, &c.Fault, &c.Code, &c.Enhanced, &c.Remarks, &c.URL,
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(columns...); err != nil {
			return n, err
		}
		c.ID = messageNumber(schemas.Identity{MessageID: c.MessageID, Recipient: c.Recipient})
		if err := visit(&c); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}
