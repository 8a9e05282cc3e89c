package app

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"mailfate/sinks/clickhouse"
)

const (
	// keepEvery is how often a sink looks for rows that are older than is to be kept:
	// there are some once a day, when a new one has begun.
	keepEvery = time.Hour
	// keepFirst is how long after its start it looks first.
	keepFirst = time.Minute
)

// retention is what became of old rows.
type retention struct {
	mu      sync.Mutex
	kept    []clickhouse.Kept // as of the last time
	deleted map[string]uint64
	failed  uint64
}

// keepRows deletes rows that are older than is to be kept, now and then, until ctx ends.
// It never ends the process: rows stay longer then, and a metric says so.
func (a *App) keepRows(ctx context.Context) {
	if a.opts.Keep == (clickhouse.Keep{}) {
		return
	}
	every := a.opts.KeepEvery
	if every == 0 {
		every = keepEvery
	}
	failing := false
	for rest := min(every, keepFirst); sleep(ctx, rest); rest = every {
		done, err := a.db.Retain(ctx, a.opts.Keep)
		if ctx.Err() != nil {
			return
		}
		a.retention.note(done, err)
		if err != nil && !failing {
			a.log.Warn("old rows stay longer", "error", err)
		}
		failing = err != nil
		for _, k := range done.Kept {
			if k.Rows > 0 {
				a.log.Info("deleted old rows", "what", k.What, "rows", k.Rows, "before", k.Horizon.Format(time.DateOnly))
			}
		}
	}
}

func (r *retention) note(done clickhouse.Retained, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failed++
	}
	if r.deleted == nil {
		r.deleted = map[string]uint64{}
	}
	for _, k := range done.Kept {
		r.deleted[k.What] += k.Rows
	}
	if err == nil && !done.Busy {
		r.kept = done.Kept
	}
}

func (r *retention) write(w io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	head := func(name, kind, help string) {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	head("mailfate_retention_deleted_total", "counter", "Old rows that were deleted: messages, hours of counts, and rows of trails.")
	for _, k := range r.kept {
		fmt.Fprintf(w, "mailfate_retention_deleted_total{what=\"%s\"} %d\n", k.What, r.deleted[k.What])
	}
	head("mailfate_retention_horizon_seconds", "gauge", "From which day on rows are kept, since 1970 UTC; none where they are all kept.")
	for _, k := range r.kept {
		if !k.Horizon.IsZero() {
			fmt.Fprintf(w, "mailfate_retention_horizon_seconds{what=\"%s\"} %d\n", k.What, k.Horizon.Unix())
		}
	}
	head("mailfate_retention_failures_total", "counter", "Times that old rows could not be deleted.")
	fmt.Fprintf(w, "mailfate_retention_failures_total %d\n", r.failed)
}
