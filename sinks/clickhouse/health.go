package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/sinks/api"
)

const (
	mostAccounts = 10_000
	mostStreams  = 1000
	mostUnread   = 200 // shapes, those with most lines
)

// Accounts are all of which messages, settings or keys are known.
func (db *DB) Accounts(ctx context.Context) (names []string, err error) {
	var rows []struct {
		Account string `ch:"account"`
	}
	if err := db.conn.Select(asking(ctx, pageTime, mostAccounts), &rows, query("accounts_known"), limit(mostAccounts)); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	for _, r := range rows {
		names = append(names, r.Account)
	}
	return names, nil
}

// Health tells how mailfate is doing by the tables.
func (db *DB) Health(ctx context.Context, owner api.Owner, every bool) (h api.Health, err error) {
	parts := []func(context.Context, api.Owner, *api.Health) error{db.spanHealth, db.heldHealth}
	if every {
		parts = append(parts, db.streamHealth, db.unreadHealth)
	}
	for _, part := range parts {
		if err := part(ctx, owner, &h); err != nil {
			return api.Health{}, fmt.Errorf("read health: %w", err)
		}
	}
	if !every {
		h.Contested = nil
	}
	return h, nil
}

func (db *DB) spanHealth(ctx context.Context, owner api.Owner, h *api.Health) error {
	var from, to, counted time.Time
	row := db.conn.QueryRow(asking(ctx, pageTime, 1), query("health_span"), ownerValues(owner)...)
	if err := row.Scan(&h.Messages, &from, &to, &counted); err != nil {
		return fmt.Errorf("count messages: %w", err)
	}
	kept, err := db.KeptFrom(ctx)
	if err != nil {
		return err
	}
	if !kept.IsZero() {
		h.KeptFrom = instantOf(kept)
	}
	h.Span, h.CountedAt = api.Span{From: instantOf(from), To: instantOf(to)}, instantOf(counted)
	return nil
}

func (db *DB) heldHealth(ctx context.Context, owner api.Owner, h *api.Health) error {
	var unparsed, contested uint64
	row := db.conn.QueryRow(asking(ctx, pageTime, 1), query("report_held"), ownerValues(owner)...)
	if err := row.Scan(&unparsed, &h.Unmatched, &contested); err != nil {
		return fmt.Errorf("count what is held back: %w", err)
	}
	h.Contested = &contested
	return nil
}

func (db *DB) streamHealth(ctx context.Context, _ api.Owner, h *api.Health) error {
	var rows []struct {
		Stream  string    `ch:"stream"`
		Newest  time.Time `ch:"newest"`
		TakenIn time.Time `ch:"taken_in"`
	}
	if err := db.conn.Select(asking(ctx, pageTime, mostStreams), &rows, query("health_streams"), limit(mostStreams)); err != nil {
		return fmt.Errorf("list streams: %w", err)
	}
	for _, r := range rows {
		n := api.StreamNews{Stream: r.Stream, NewestAt: instantOf(r.Newest), TakenInAt: instantOf(r.TakenIn)}
		h.Streams, h.TakenInAt = append(h.Streams, n), max(h.TakenInAt, n.TakenInAt)
	}
	return nil
}

func (db *DB) unreadHealth(ctx context.Context, _ api.Owner, h *api.Health) error {
	var rows []struct {
		Stream  string     `ch:"stream"`
		Shape   string     `ch:"shape"`
		Lines   uint64     `ch:"lines"`
		Share   float64    `ch:"share"`
		First   *time.Time `ch:"first_at"`
		Last    *time.Time `ch:"last_at"`
		Example string     `ch:"example"`
	}
	if err := db.conn.Select(asking(ctx, pageTime, mostUnread), &rows, query("health_unread"), limit(mostUnread)); err != nil {
		return fmt.Errorf("list what was not understood: %w", err)
	}
	for _, r := range rows {
		u := api.Unread{Stream: r.Stream, Shape: r.Shape, Lines: r.Lines, Share: r.Share, Example: r.Example}
		if r.First != nil && r.Last != nil {
			u.FirstAt, u.LastAt = instantOf(*r.First), instantOf(*r.Last)
		}
		h.Unread = append(h.Unread, u)
	}
	return nil
}

func instantOf(t time.Time) api.Instant { return api.Instant(t.UnixMilli()) }

// ownerValues are the parameters of a query about an owner's messages.
func ownerValues(o api.Owner) []any {
	return []any{clickhouse.Named("any", o.Any), clickhouse.Named("owner", o.Account)}
}
