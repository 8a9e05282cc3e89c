package clickhouse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

const (
	// mostHours is how many hours are counted in one pass over message_status: years.
	mostHours = 20_000
	// rollupPasses is how often RollUp looks again: what is written meanwhile is the
	// next call's.
	rollupPasses = 3
	// randomBits of a computation's number tell those apart that begin in the same
	// microsecond.
	randomBits = 10
	// rollupTime bounds a RollUp. The driver takes a query that has no such bound for
	// dead after readTimeout, however hard the server works.
	rollupTime = time.Hour
	// leaveFor is for how long a computation may be on its way before it is taken for
	// broken off.
	leaveFor = 10 * time.Minute
	// superseded rows are deleted when there are so many, and times as many as shown.
	cleanRows  = 200_000
	cleanTimes = 3
)

// RolledUp is what RollUp found.
type RolledUp struct {
	Stale   int  // hours that told something else than message_status
	Right   bool // none does any more
	Cleaned bool // superseded rows are being deleted
}

// RollUp compares rollup_hourly with message_status, hour by hour, and counts anew
// what differs. An hour is counted as a whole and shown at once, so that it may be
// broken off, or be called by several processes, at any time: the newest computation
// wins, and if that is wrong, the next call finds out.
func (db *DB) RollUp(ctx context.Context) (RolledUp, error) {
	ctx, cancel := context.WithTimeout(ctx, rollupTime)
	defer cancel()
	var done RolledUp
	for range rollupPasses {
		n, err := db.rollUp(ctx)
		done.Stale += n
		if err != nil {
			return done, fmt.Errorf("roll up database %s: %w", db.opts.Database, err)
		}
		if done.Right = n == 0; done.Right {
			break
		}
	}
	if done.Stale == 0 {
		return done, nil
	}
	var err error
	if done.Cleaned, err = db.cleanRollup(ctx); err != nil {
		return done, fmt.Errorf("clean rollup of database %s: %w", db.opts.Database, err)
	}
	return done, nil
}

// StaleHours are those of which the rollup tells something else than message_status,
// as seconds since 1970.
func (db *DB) StaleHours(ctx context.Context) ([]uint32, error) {
	var rows []struct {
		Hour uint32 `ch:"hour"`
	}
	named := clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"most": strconv.Itoa(mostHours)}))
	if err := db.conn.Select(named, &rows, query("rollup_stale")); err != nil {
		return nil, fmt.Errorf("compare rollup_hourly with message_status: %w", err)
	}
	hours := make([]uint32, len(rows))
	for i, r := range rows {
		hours[i] = r.Hour
	}
	return hours, nil
}

func (db *DB) rollUp(ctx context.Context) (int, error) {
	hours, err := db.StaleHours(ctx)
	if err != nil || len(hours) == 0 {
		return 0, err
	}
	var last uint64
	if err := db.conn.QueryRow(ctx, query("rollup_newest")).Scan(&last); err != nil {
		return 0, fmt.Errorf("ask for the newest computation: %w", err)
	}
	params := clickhouse.Parameters{"hours": array(hours), "computation": strconv.FormatUint(computation(last, time.Now()), 10)}
	ctx = clickhouse.Context(writing(ctx), clickhouse.WithParameters(params))
	for _, step := range []string{"rollup_count", "rollup_commit"} {
		if err := db.conn.Exec(ctx, query(step)); err != nil {
			return 0, fmt.Errorf("%s of %d hours: %w", step, len(hours), err)
		}
	}
	return len(hours), nil
}

func begunAt(t time.Time) uint64 { return uint64(t.UnixMicro()) }

// computation numbers one that begins now, behind the last one, whatever the clock
// says, and unlike any that begins at the same time.
func computation(last uint64, now time.Time) uint64 {
	return max(last>>randomBits+1, begunAt(now))<<randomBits | rand.Uint64N(1<<randomBits)
}

// cleanRollup begins to delete what is superseded, when there is much of it.
func (db *DB) cleanRollup(ctx context.Context) (bool, error) {
	var shown, superseded uint64
	if err := db.conn.QueryRow(ctx, query("rollup_superseded")).Scan(&shown, &superseded); err != nil {
		return false, err
	}
	if superseded < cleanRows || superseded < cleanTimes*shown {
		return false, nil
	}
	params := clickhouse.Parameters{"before": strconv.FormatUint(begunAt(time.Now().Add(-leaveFor))<<randomBits, 10)}
	return true, db.conn.Exec(clickhouse.Context(ctx, clickhouse.WithParameters(params)), query("rollup_clean"))
}
