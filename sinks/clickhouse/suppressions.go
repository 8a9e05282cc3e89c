package clickhouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/sinks/api"
)

var suppressionTexts = template.Must(template.New("").Funcs(addressFuncs).
	ParseFS(queryFiles, "queries/suppressions.sql", "queries/suppressions_*.sql", "queries/feed_conditions.sql"))

// suppressionQuery chooses which parts of a query's text there are. No value is part of
// the text.
type suppressionQuery struct {
	*api.SuppressionFilter
	After, Last *api.Address // the page is what stands behind one and not behind the other
}

func (q *suppressionQuery) values(offset int) []any {
	values := append(ownerValues(q.Owner),
		clickhouse.Named("recipient", q.Recipient.Text), clickhouse.Named("recipient_words", q.Recipient.Words),
		clickhouse.Named("reason", q.Reason), clickhouse.Named("offset", offset),
	)
	for name, a := range map[string]*api.Address{"after": q.After, "last": q.Last} {
		if a != nil {
			values = append(values, clickhouse.Named(name+"_account", a.Account), clickhouse.Named(name, a.Recipient))
		}
	}
	return values
}

// Suppressions returns the suppressed addresses that fit, in order, from behind one if
// it is given; at most n.
func (db *DB) Suppressions(ctx context.Context, f *api.SuppressionFilter, after *api.Address, n int) (list []api.Suppression, err error) {
	q := suppressionQuery{SuppressionFilter: f, After: after}
	for len(list) < n {
		if f.Recipient.How != api.Exact { // else there is one for each account at most
			q.Last, err = db.suppressionsLast(ctx, &q, n-len(list))
		}
		if err == nil {
			list, err = db.suppressions(ctx, &q, list, n-len(list))
		}
		if err != nil {
			return nil, fmt.Errorf("list suppressions: %w", err)
		}
		if q.Last == nil {
			break // the list ends there
		}
		q.After = q.Last
	}
	return list, nil
}

// suppressionsLast says up to which address there may be n; nil: there are no more.
func (db *DB) suppressionsLast(ctx context.Context, q *suppressionQuery, n int) (*api.Address, error) {
	q.Last = nil
	text, err := made(suppressionTexts, "suppressions_last", q)
	if err != nil {
		return nil, err
	}
	var last api.Address
	err = db.conn.QueryRow(asking(ctx, pageTime, 1), text, q.values(n-1)...).Scan(&last.Account, &last.Recipient)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &last, err
}

// byKeyFirst reads of message_status FINAL, of messages that are named, their keys before
// all else.
var byKeyFirst = clickhouse.Settings{"optimize_move_to_prewhere_if_final": 1}

func (db *DB) suppressions(ctx context.Context, q *suppressionQuery, list []api.Suppression, most int) ([]api.Suppression, error) {
	text, err := made(suppressionTexts, "suppressions", q)
	if err != nil {
		return nil, err
	}
	rows, err := db.conn.Query(asking(ctx, pageTime, most, byKeyFirst), text, append(q.values(0), limit(most))...)
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
