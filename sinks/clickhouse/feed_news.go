package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// News returns what was taken in from a place on, in the order in which it was; at most
// n. Of a place of another life it returns api.ErrAnew.
func (db *DB) News(ctx context.Context, from api.Place, n int) ([]api.News, error) {
	news, err := db.news(ctx, from, n)
	if err != nil {
		return nil, fmt.Errorf("read news: %w", err)
	}
	life, err := db.life(ctx) // behind the rows: they are of a life that is known to go on
	switch {
	case err != nil:
		return nil, err
	case !life.Is(from.Life):
		return nil, fmt.Errorf("read news: %w", api.ErrAnew)
	}
	return news, nil
}

func (db *DB) news(ctx context.Context, from api.Place, n int) (news []api.News, err error) {
	behind := int64(0)
	if !from.Time.IsZero() {
		behind = from.Time.UnixMilli()
	}
	rows, err := db.conn.Query(asking(ctx, pageTime, n), query("news"), clickhouse.Named("insert", from.Insert),
		clickhouse.Named("behind", behind), clickhouse.Named("behind_key", from.Key), clickhouse.Named("limit", n))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		c := api.News{Life: from.Life}
		var withdrawn uint8
		err := rows.Scan(&c.Time, &c.Key, &c.Account, &c.MessageID, &c.Sender, &c.Recipient, &c.Subject, &c.Campaign,
			&c.Befores, &c.Statuses, &c.Kind, &c.Reason, &c.Class, &c.Fault, &c.Code, &c.Enhanced, &c.Remarks, &c.URL, &c.Insert, &withdrawn)
		if err != nil {
			return nil, err
		}
		c.Withdrawn = withdrawn != 0
		c.ID = messageNumber(schemas.Identity{MessageID: c.MessageID, Recipient: c.Recipient})
		news = append(news, c)
	}
	return news, rows.Err()
}

// Next returns the place behind all that was taken in.
func (db *DB) Next(ctx context.Context) (next api.Place, err error) {
	if next.Life, err = db.life(ctx); err != nil {
		return next, err
	}
	if err := db.conn.QueryRow(asking(ctx, pageTime, 1), query("news_newest")).Scan(&next.Insert); err != nil {
		return next, fmt.Errorf("read the number of the newest insert: %w", err)
	}
	next.Insert++
	return next, nil
}

func (db *DB) life(ctx context.Context) (api.Life, error) {
	var table, started uint32
	if err := db.conn.QueryRow(asking(ctx, pageTime, 1), query("news_life")).Scan(&table, &started); err != nil {
		return 0, fmt.Errorf("read since when inserts are numbered: %w", err)
	}
	return api.LifeOf(table, started), nil
}
