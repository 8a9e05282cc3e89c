package clickhouse

import (
	"context"
	"fmt"
	"time"

	"mailfate/sinks/api"
)

// apiKey is a row of table api_keys.
type apiKey struct {
	Key     string    `ch:"key"`
	Hash    string    `ch:"hash"`
	Account string    `ch:"account"`
	Label   string    `ch:"label"`
	Scopes  []string  `ch:"scopes"`
	Rate    uint32    `ch:"rate"`
	MadeAt  time.Time `ch:"made_at"`
	Revoked uint8     `ch:"revoked"`
}

// Keys returns all keys of the API that were ever made, the oldest first.
func (db *DB) Keys(ctx context.Context) ([]api.Key, error) {
	var rows []apiKey
	if err := db.conn.Select(ctx, &rows, query("api_keys")); err != nil {
		return nil, fmt.Errorf("read keys of the API: %w", err)
	}
	keys := make([]api.Key, 0, len(rows))
	for _, r := range rows {
		var scopes api.Scopes
		for _, name := range r.Scopes {
			s, _ := api.ParseScopes([]string{name}) // none of what a newer program knows
			scopes |= s
		}
		keys = append(keys, api.Key{
			ID: r.Key, Hash: r.Hash, Account: r.Account, Label: r.Label, Scopes: scopes, Rate: r.Rate, Made: r.MadeAt, Revoked: r.Revoked != 0,
		})
	}
	return keys, nil
}

// SetKey writes down a key of the API, or that it is revoked, which is for good.
func (db *DB) SetKey(ctx context.Context, k *api.Key) error {
	row := apiKey{k.ID, k.Hash, k.Account, k.Label, k.Scopes.Names(), k.Rate, k.Made, mark(k.Revoked)}
	batch, err := db.conn.PrepareBatch(writing(ctx), "INSERT INTO api_keys")
	if err == nil {
		if err = batch.AppendStruct(&row); err == nil {
			err = batch.Send()
		} else {
			_ = batch.Abort() // it has failed already
		}
	}
	if err != nil {
		return fmt.Errorf("write key %s of the API: %w", k.ID, err)
	}
	return nil
}
