package app

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

const (
	// rollUpRest is how long a sink rests between two comparisons of the counts by the
	// hour with the messages, at least.
	rollUpRest = 5 * time.Second
	// rollUpShare of the time is what comparing may take: the more messages, the rarer.
	rollUpShare = 20
	// rollUpRestMost is how long it rests at most.
	rollUpRestMost = 10 * time.Minute
)

// rollups keep the counts by the hour up to date, and know how that goes.
type rollups struct {
	stale, recounted, failed atomic.Uint64
	at                       atomic.Int64 // when they were last known to be right, in Unix seconds
}

// keepRollup compares counts with messages until ctx ends, whenever something was
// written and now and then, for other processes write too, and counts anew what
// differs. It never ends the process: reports are late then, and a metric says so.
func (a *App) keepRollup(ctx context.Context) {
	var seen uint64    // what was written when they were known to be right
	var last time.Time // when that was
	failing := false
	for {
		rest := rollUpRest
		if written := a.db.Inserts(); written != seen || time.Since(last) > rollUpRestMost {
			began := time.Now()
			done, err := a.db.RollUp(ctx)
			if ctx.Err() != nil {
				return
			}
			a.rollups.note(done.Stale, err)
			if err != nil && !failing {
				a.log.Warn("counts by the hour are late", "error", err)
			}
			if failing = err != nil; done.Right {
				seen, last = written, began
			}
			rest = min(max(rest, rollUpShare*time.Since(began)), rollUpRestMost)
		}
		if !sleep(ctx, rest) {
			return
		}
	}
}

func (r *rollups) note(stale int, err error) {
	if err != nil {
		r.failed.Add(1)
		return
	}
	r.stale.Store(uint64(stale))
	r.recounted.Add(uint64(stale))
	r.at.Store(time.Now().Unix())
}

func (r *rollups) write(w io.Writer) {
	for _, m := range []struct {
		name, kind, help string
		value            any
	}{
		{"mailfate_rollup_stale_hours", "gauge", "Hours whose counts differed from the messages when they were last compared; they were counted anew.", r.stale.Load()},
		{"mailfate_rollup_recounted_hours_total", "counter", "Hours that were counted anew.", r.recounted.Load()},
		{"mailfate_rollup_failures_total", "counter", "Comparisons of counts with messages that failed.", r.failed.Load()},
		{"mailfate_rollup_time_seconds", "gauge", "When counts and messages were last compared, since 1970 UTC.", r.at.Load()},
	} {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %v\n", m.name, m.help, m.name, m.kind, m.name, m.value)
	}
}
