package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"

	"mailfate/schemas"
	"mailfate/sinks/api"
	"mailfate/sinks/report"
)

// Report reads what the tables say. Sources and DeadLetters are the caller's to fill.
func (db *DB) Report(ctx context.Context) (report.Report, error) {
	r := report.Report{ByStatus: map[string]map[string]uint64{}, Sources: map[string]report.Source{}}
	for _, part := range []func(context.Context, *report.Report) error{
		db.totals, db.statuses, db.bouncesByReason, db.bouncesByDomain, db.held,
	} {
		if err := part(ctx, &r); err != nil {
			return report.Report{}, fmt.Errorf("report on database %s: %w", db.opts.Database, err)
		}
	}
	var err error
	r.Digest, err = db.Digest(ctx)
	return r, err
}

func (db *DB) totals(ctx context.Context, r *report.Report) error {
	t := &r.Rates
	row := db.conn.QueryRow(ctx, query("report_totals"))
	err := row.Scan(&r.Messages, &t.Delivered, &t.Ended, &t.OpenTracked, &t.UniqueOpens, &t.UniqueOpensWithMachines,
		&t.HardBounces, &t.SoftBounces, &t.ClickTracked, &t.Clicks, &t.Complaints, &t.Unsubscribes)
	if err != nil {
		return fmt.Errorf("read totals: %w", err)
	}
	t.OpenRate = report.Ratio(t.UniqueOpens, t.OpenTracked)
	t.ClickRate = report.Ratio(t.Clicks, t.ClickTracked)
	t.BounceRate = report.Ratio(t.HardBounces+t.SoftBounces, t.Ended)
	return nil
}

func (db *DB) statuses(ctx context.Context, r *report.Report) error {
	for _, v := range schemas.Vocabularies {
		var rows []struct {
			Name     string `ch:"name"`
			Messages uint64 `ch:"messages"`
		}
		named := clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"column": vocabularyColumn(v)}))
		if err := db.conn.Select(named, &rows, query("report_statuses")); err != nil {
			return fmt.Errorf("count statuses of %s: %w", v.Name, err)
		}
		counts := make(map[string]uint64, len(rows))
		for _, row := range rows {
			counts[row.Name] = row.Messages
		}
		r.ByStatus[v.Name] = counts
	}
	return nil
}

func (db *DB) bouncesByReason(ctx context.Context, r *report.Report) error {
	var rows []struct {
		Reason   string `ch:"reason"`
		Class    string `ch:"class"`
		Fault    string `ch:"fault"`
		Messages uint64 `ch:"messages"`
	}
	if err := db.conn.Select(ctx, &rows, query("report_bounces_by_reason")); err != nil {
		return fmt.Errorf("count bounces by reason: %w", err)
	}
	r.BouncesByReason = make([]report.BounceReason, 0, len(rows))
	bounces := r.Rates.HardBounces + r.Rates.SoftBounces
	for _, row := range rows {
		r.BouncesByReason = append(r.BouncesByReason, report.BounceReason{
			Reason: row.Reason, Class: row.Class, Fault: row.Fault, Messages: row.Messages,
			Share: report.Ratio(row.Messages, bounces), BounceRate: report.Ratio(row.Messages, r.Rates.Ended),
		})
	}
	return nil
}

func (db *DB) bouncesByDomain(ctx context.Context, r *report.Report) error {
	var rows []struct {
		Domain string `ch:"domain"`
		Ended  uint64 `ch:"ended"`
		Hard   uint64 `ch:"hard"`
		Soft   uint64 `ch:"soft"`
	}
	if err := db.conn.Select(ctx, &rows, query("report_bounces_by_domain")); err != nil {
		return fmt.Errorf("count bounces by domain: %w", err)
	}
	r.BouncesByDomain = make([]report.BounceDomain, 0, len(rows))
	for _, row := range rows {
		r.BouncesByDomain = append(r.BouncesByDomain, report.BounceDomain{
			Domain: row.Domain, Ended: row.Ended, Hard: row.Hard, Soft: row.Soft, BounceRate: report.Ratio(row.Hard+row.Soft, row.Ended),
		})
	}
	return nil
}

func (db *DB) held(ctx context.Context, r *report.Report) error {
	if err := db.conn.QueryRow(ctx, query("report_held"), ownerValues(api.Owner{Any: true})...).Scan(&r.Unparsed, &r.Unmatched, &r.Contested); err != nil {
		return fmt.Errorf("count what is held back: %w", err)
	}
	return nil
}

// Digest hashes what message_status, status_changes, unmatched and contested say:
// all columns but bookkeeping, in any order of rows. Two runs over the same events
// have the same digest.
func (db *DB) Digest(ctx context.Context) (string, error) {
	var tables []struct {
		Name   string `ch:"name"`
		Rows   uint64 `ch:"rows"`
		Either uint64 `ch:"either"`
		Total  uint64 `ch:"total"`
	}
	if err := db.conn.Select(ctx, &tables, query("digest")); err != nil {
		return "", fmt.Errorf("digest database %s: %w", db.opts.Database, err)
	}
	h := sha256.New()
	for _, t := range tables {
		_, _ = fmt.Fprintln(h, t.Name, t.Rows, t.Either, t.Total) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}
