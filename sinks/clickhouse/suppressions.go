package clickhouse

import (
	"context"
	"fmt"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/sinks/api"
)

var suppressionTexts = template.Must(template.New("").Funcs(addressFuncs).
	ParseFS(queryFiles, "queries/suppressions.sql", "queries/feed_conditions.sql"))

// suppressionQuery chooses which parts of a query's text there are. No value is part of
// the text.
type suppressionQuery struct {
	*api.SuppressionFilter
	After *api.Address
}

func (q *suppressionQuery) values(most int) []any {
	values := append(ownerValues(q.Owner), limit(most),
		clickhouse.Named("recipient", q.Recipient.Text), clickhouse.Named("recipient_words", q.Recipient.Words),
	)
	if q.After != nil {
		values = append(values, clickhouse.Named("after_account", q.After.Account), clickhouse.Named("after", q.After.Recipient))
	}
	return values
}

// atOnce has a query that reads a table twice read the same of it, so that none of those
// it found first is missing then.
var atOnce = clickhouse.Settings{"enable_shared_storage_snapshot_in_query": 1}

// Suppressions returns the suppressed addresses that fit, in order, from behind one if
// it is given; at most n.
func (db *DB) Suppressions(ctx context.Context, f *api.SuppressionFilter, after *api.Address, n int) (list []api.Suppression, err error) {
	q := suppressionQuery{SuppressionFilter: f, After: after}
	for most := n; ; most *= 2 { // many may be suppressed for another reason
		found, err := db.suppressions(ctx, &q, most)
		if err != nil {
			return nil, fmt.Errorf("list suppressions: %w", err)
		}
		for i := range found {
			if f.Reason == "" || found[i].Reason == f.Reason {
				list = append(list, found[i])
			}
		}
		if len(list) >= n || len(found) < most {
			return list[:min(len(list), n)], nil
		}
		last := &found[most-1]
		q.After = &api.Address{Account: last.Account, Recipient: last.Recipient}
	}
}

// suppressions returns the next addresses of which the reason may be what is asked for.
func (db *DB) suppressions(ctx context.Context, q *suppressionQuery, most int) (list []api.Suppression, err error) {
	text, err := made(suppressionTexts, "suppressions", q)
	if err != nil {
		return nil, err
	}
	rows, err := db.conn.Query(asking(ctx, pageTime, most, atOnce), text, q.values(most)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s api.Suppression
		var since time.Time
		if err := rows.Scan(&s.Account, &s.Recipient, &s.Reason, &s.Detail, &since, &s.MessageID, &s.Remarks, &s.Reasons, &s.Times); err != nil {
			return nil, err
		}
		s.Since = instantOf(since)
		list = append(list, s)
	}
	return list, rows.Err()
}
