package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
)

// Recipient tells of the messages of an owner to an address, at most n of them, the
// newest first.
func (db *DB) Recipient(ctx context.Context, owner api.Owner, v *schemas.Vocabulary, address string, n int) (f api.Facts, newest []api.Message, err error) {
	values := []any{
		clickhouse.Named("recipient", address), clickhouse.Named("status", vocabularyColumn(v)),
		clickhouse.Named("any", owner.Any), clickhouse.Named("account", owner.Account), clickhouse.Named("limit", n),
	}
	row := db.conn.QueryRow(asking(ctx, pageTime, 1), query("recipient_facts"), values...)
	err = row.Scan(&f.Messages, &f.Delivered, &f.HardBounces, &f.SoftBounces, &f.Opened, &f.Clicked, &f.Complained, &f.Unsubscribed)
	if err != nil || f.Messages == 0 {
		return f, nil, wrapRecipient(err)
	}
	rows, err := db.conn.Query(asking(ctx, pageTime, n), query("recipient_messages"), values...)
	if err != nil {
		return f, nil, wrapRecipient(err)
	}
	defer rows.Close()
	for rows.Next() {
		var m api.Message
		err := rows.Scan(&m.ID, &m.Account, &m.MessageID, &m.Sender, &m.Subject, &m.Campaign, &m.Status, &m.Reason, &m.Class, &m.Remarks, &m.First, &m.Last)
		if err != nil {
			return f, nil, wrapRecipient(err)
		}
		newest = append(newest, m)
	}
	return f, newest, wrapRecipient(rows.Err())
}

func wrapRecipient(err error) error {
	if err != nil {
		err = fmt.Errorf("read messages to an address: %w", err)
	}
	return err
}
