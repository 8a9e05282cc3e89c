package clickhouse

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

const (
	pageTime    = 20 * time.Second // of one query of a page
	exportTime  = 10 * time.Minute // of one query of an export, slow readers included
	countTime   = 2 * time.Second  // of an estimate
	queryMemory = 1 << 30
)

// asking makes a context for a query on somebody's behalf: it can change nothing,
// and is stopped when it takes too much.
func asking(ctx context.Context, longest time.Duration, rows int) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"readonly":              1,
		"max_execution_time":    int(longest.Seconds()),
		"max_memory_usage":      queryMemory,
		"max_result_rows":       rows, // 0: any number
		"result_overflow_mode":  "throw",
		"timeout_overflow_mode": "throw",
		// A change's versions have one time, and so one partition.
		"do_not_merge_across_partitions_select_final": 1,
	}))
}

// Feed returns the newest changes that fit and stand behind a position, if it is not
// the zero one; at most n.
func (db *DB) Feed(ctx context.Context, f *api.Filter, behind api.Position, n int) ([]api.Change, error) {
	page := make([]api.Change, 0, n)
	w := walk{db: db, filter: f, behind: behind, limit: n, longest: pageTime}
	err := w.each(ctx, func(c *api.Change) error {
		page = append(page, *c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	return page, nil
}

// Export hands over all changes that fit, the newest first, as they come. The change
// is good until the next one.
func (db *DB) Export(ctx context.Context, f *api.Filter, each func(*api.Change) error) error {
	w := walk{db: db, filter: f, longest: exportTime}
	if err := w.each(ctx, each); err != nil {
		return fmt.Errorf("export feed: %w", err)
	}
	return nil
}

// Count says about how many changes fit.
func (db *DB) Count(ctx context.Context, f *api.Filter) (n uint64, err error) {
	w := walk{db: db, filter: f}
	from, to, err := w.span(ctx)
	if err != nil || from >= to {
		return 0, err
	}
	text, err := feedText("feed_count", &feedQuery{Filter: f})
	if err != nil {
		return 0, err
	}
	if err := db.conn.QueryRow(asking(ctx, countTime, 1), text, feedValues(f, from, to)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count feed: %w", err)
	}
	return n, nil
}

// walk reads the feed backwards in spans of time, so that the newest are found
// without reading what is older, and nothing is ever sorted but one span.
type walk struct {
	db      *DB
	filter  *api.Filter
	behind  api.Position
	limit   int // 0: all
	longest time.Duration
	found   int
}

const hour = int64(time.Hour / time.Millisecond)

// Spans begin with a few hours, or, where an index finds the few rows that fit, with
// a few days; they grow until there is enough in them.
const (
	firstSpan   = hour
	indexedSpan = 2 * 24 * hour
	spanGrows   = 8
	enough      = 20_000 // of an export
)

func (w *walk) each(ctx context.Context, visit func(*api.Change) error) error {
	from, to, err := w.span(ctx)
	if err != nil {
		return err
	}
	width := firstSpan
	if f := w.filter; f.Any.Words != nil || f.Sender.Words != nil || f.Recipient.Words != nil || f.MessageID != "" {
		width = indexedSpan
	}
	for to > from && (w.limit == 0 || w.found < w.limit) {
		begin := max(from, floor(to-width, hour))
		n, err := w.ask(ctx, begin, to, visit)
		if err != nil {
			return err
		}
		w.found += n
		switch {
		case n < enough:
			width *= spanGrows
		case w.limit == 0:
			width = max(firstSpan, width/2)
		}
		to = begin
	}
	return nil
}

func floor(t, unit int64) int64 { return t - t%unit }

// span tells between which instants there may be changes that fit.
func (w *walk) span(ctx context.Context) (from, to int64, err error) {
	var n uint64
	var first, last time.Time
	if err := w.db.conn.QueryRow(asking(ctx, pageTime, 1), query("feed_span")).Scan(&n, &first, &last); err != nil {
		return 0, 0, fmt.Errorf("read span of status_changes: %w", err)
	}
	if n == 0 {
		return 0, 0, nil
	}
	from, to = first.UnixMilli(), last.UnixMilli()+1
	if f := w.filter; !f.From.IsZero() {
		from = max(from, f.From.UnixMilli())
	}
	if f := w.filter; !f.To.IsZero() {
		to = min(to, f.To.UnixMilli())
	}
	if !w.behind.Time.IsZero() {
		to = min(to, w.behind.Time.UnixMilli()+1)
	}
	return from, to, nil
}

func (w *walk) ask(ctx context.Context, from, to int64, visit func(*api.Change) error) (n int, err error) {
	q := feedQuery{Filter: w.filter, Behind: !w.behind.Time.IsZero()}
	values := feedValues(w.filter, from, to)
	most := 0
	if w.limit > 0 {
		most = w.limit - w.found
		q.Limit = true
		values = append(values, clickhouse.Named("limit", most))
	}
	if q.Behind {
		values = append(values, clickhouse.Named("position", w.behind.Time.UnixMilli()), clickhouse.Named("key", w.behind.Key))
	}
	text, err := feedText("feed", &q)
	if err != nil {
		return 0, err
	}
	rows, err := w.db.conn.Query(asking(ctx, w.longest, most), text, values...)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	var c api.Change
	for rows.Next() {
		c = api.Change{}
		err := rows.Scan(&c.Time, &c.Key, &c.Account, &c.MessageID, &c.Sender, &c.Recipient, &c.Subject, &c.Campaign,
			&c.Before, &c.Status, &c.Kind, &c.Reason, &c.Class, &c.Fault, &c.Code, &c.Enhanced, &c.Remarks, &c.URL)
		if err != nil {
			return n, err
		}
		c.ID = messageNumber(schemas.Identity{MessageID: c.MessageID, Recipient: c.Recipient})
		n++
		if err := visit(&c); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// News returns what was taken in at a revision or later, the oldest first; at most n.
func (db *DB) News(ctx context.Context, since uint64, n int) ([]api.News, error) {
	rows, err := db.conn.Query(asking(ctx, pageTime, n), query("news"), clickhouse.Named("since", since), clickhouse.Named("limit", n))
	if err != nil {
		return nil, fmt.Errorf("read news: %w", err)
	}
	defer rows.Close()
	var news []api.News
	for rows.Next() {
		var c api.News
		var withdrawn uint8
		err := rows.Scan(&c.Time, &c.Key, &c.Account, &c.MessageID, &c.Sender, &c.Recipient, &c.Subject, &c.Campaign,
			&c.Befores, &c.Statuses, &c.Kind, &c.Reason, &c.Class, &c.Fault, &c.Code, &c.Enhanced, &c.Remarks, &c.URL, &c.Revision, &withdrawn)
		if err != nil {
			return nil, fmt.Errorf("read news: %w", err)
		}
		c.Withdrawn = withdrawn != 0
		c.ID = messageNumber(schemas.Identity{MessageID: c.MessageID, Recipient: c.Recipient})
		news = append(news, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read news: %w", err)
	}
	return news, nil
}

// Newest returns the greatest revision of all changes.
func (db *DB) Newest(ctx context.Context) (revision uint64, err error) {
	if err := db.conn.QueryRow(asking(ctx, pageTime, 1), query("news_newest")).Scan(&revision); err != nil {
		return 0, fmt.Errorf("read newest revision: %w", err)
	}
	return min(revision, math.MaxUint64-1), nil
}
