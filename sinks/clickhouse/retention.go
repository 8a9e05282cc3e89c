package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

const (
	// retainTime bounds a Retain; see rollupTime.
	retainTime = 12 * time.Hour
	// heldFor is after which silence others take who deletes rows for dead.
	heldFor = 10 * time.Minute
)

// Keep says for how many days rows are kept; 0 is for ever. A day is counted if a message
// began on it: see Retain.
type Keep struct {
	Events   int // events; 0: as long as messages, which is also the most
	Changes  int // status_changes, likewise
	Messages int // message_status, and what is made of it
	Hours    int // rollup_hourly
}

// Kept is what Keep says of one kind of rows, and what was made of it.
type Kept struct {
	What    string    // the table; messages is message_status, and what is made of it
	Days    int       // as configured; 0: for ever
	Horizon time.Time // the day from which on they are kept; zero: all of them
	Rows    uint64    // of days before, where they are counted: messages, hours, or rows
}

// Retained is what Retain found and did.
type Retained struct {
	Busy bool   // another process is at it
	Late bool   // counts by the hour have to come first
	Kept []Kept // Rows were deleted, whatever broke off then
}

// The kinds of rows, in the order in which they go: whoever sees a message finds its
// trails.
const (
	keptMessages = "messages"
	keptChanges  = "status_changes"
	keptEvents   = "events"
	keptHours    = "rollup_hourly"
)

// kinds are what is kept for how long.
func (k Keep) kinds() []Kept {
	trail := func(days int) int {
		if k.Messages > 0 && (days == 0 || days > k.Messages) {
			return k.Messages // a trail does not outlive its message
		}
		return days
	}
	return []Kept{
		{What: keptMessages, Days: k.Messages},
		{What: keptChanges, Days: trail(k.Changes)},
		{What: keptEvents, Days: trail(k.Events)},
		{What: keptHours, Days: k.Hours},
	}
}

// horizonOf returns the day from which on rows are kept, if so many days behind the
// newest one are: of the days on which messages began, the newest first.
//
// A day ages by the days of mail that follow it, and by nothing else. So an archive
// of years ago is as young as when it was written, however late it is read; a sender who
// pauses finds everything where it was, whatever opens his mail meanwhile; and what a clock that was wrong made of an event,
// a day that nobody else knows, makes the others older by that one day, and not by years.
// Days that have not come yet are not counted at all, by the clock of ClickHouse: of
// those a wrong clock can make many. If that clock is wrong itself, then either fewer
// days are counted, and more is kept; or those days are, for one each.
func horizonOf(days []time.Time, keep int, today time.Time) (horizon time.Time, ok bool) {
	known := slices.DeleteFunc(slices.Clone(days), today.Before)
	if keep <= 0 || keep >= len(known) {
		return time.Time{}, false
	}
	return known[keep], true
}

// Retain deletes rows of days that are older than is to be kept, by the times of what
// they tell of and never by the clock on the wall (see horizonOf). It may be broken off,
// or be called by several processes, at any time: the next call finishes what was begun,
// and while one is at it others are told that they need not be.
//
// From which day on rows are kept is written to table retention first, and never moves
// back. Messages go by their latest event, with all that is made of them, and their
// trails go with them. An hour in which one of them was counted keeps its counts, and is
// counted anew by nobody: Retain waits until it was counted rightly (Late). What comes
// of such a day afterwards makes rows, as it always does, which are in no count, and are
// deleted by the next call; and what becomes of a message that is still there, for it was
// heard of since, changes no count of the hour in which it began. While rows are being deleted, whoever reads them FINAL sees
// a message as it was, or not at all.
func (db *DB) Retain(ctx context.Context, keep Keep) (done Retained, err error) {
	done.Kept = keep.kinds()
	if keep == (Keep{}) {
		return done, nil
	}
	ctx, cancel := context.WithTimeout(ctx, retainTime)
	defer cancel()
	switch err := db.hold(ctx, heldFor); {
	case errors.Is(err, errHeld):
		done.Busy = true
		return done, nil
	case err != nil:
		return done, fmt.Errorf("retain rows of database %s: %w", db.opts.Database, err)
	}
	defer func() { err = errors.Join(err, db.release(ctx)) }()
	if err = db.decide(ctx, &done); err == nil {
		err = db.retire(ctx, done.Kept)
	}
	if errors.Is(err, errHeld) { // it took too long, and another one goes on with it
		done.Busy, err = true, nil
	}
	if err != nil {
		return done, fmt.Errorf("retain rows of database %s: %w", db.opts.Database, err)
	}
	return done, nil
}

// WouldRetain tells what Retain would do now, and does nothing.
func (db *DB) WouldRetain(ctx context.Context, keep Keep) ([]Kept, error) {
	_, kinds, err := db.horizons(ctx, keep.kinds())
	if err != nil {
		return nil, fmt.Errorf("find out what is to be deleted: %w", err)
	}
	params := clickhouse.Parameters{}
	for _, k := range kinds {
		params[k.What] = dateOf(time.Time{})
		if k.Days > 0 {
			params[k.What] = dateOf(k.Horizon)
		}
	}
	row := db.conn.QueryRow(with(asking(ctx, askTime, 1), params), query("retention_would"))
	if err := row.Scan(&kinds[0].Rows, &kinds[1].Rows, &kinds[2].Rows, &kinds[3].Rows); err != nil {
		return nil, fmt.Errorf("count what is to be deleted: %w", err)
	}
	return kinds, nil
}

// KeptFrom returns the day from which on messages are all there; zero: none was ever
// deleted.
func (db *DB) KeptFrom(ctx context.Context) (time.Time, error) {
	recorded, err := db.recorded(ctx)
	return recorded[keptMessages], err
}

// decide moves horizons on, and writes that down.
func (db *DB) decide(ctx context.Context, done *Retained) error {
	recorded, kinds, err := db.horizons(ctx, done.Kept)
	if err != nil {
		return err
	}
	for i, k := range kinds {
		before := recorded[k.What]
		if k.What == keptMessages && k.Horizon.After(before) {
			counted, err := db.counted(ctx, k.Horizon)
			if err != nil {
				return err
			}
			if !counted {
				done.Late, k.Horizon = true, before
			}
		}
		if k.Horizon.After(before) {
			params := clickhouse.Parameters{"what": k.What, "horizon": dateOf(k.Horizon), "days": strconv.Itoa(k.Days)}
			if err := db.conn.Exec(with(writing(ctx), params), query("retention_decide")); err != nil {
				return fmt.Errorf("write down from when on %s are kept: %w", k.What, err)
			}
		}
		done.Kept[i] = k
	}
	return nil
}

// counted reports whether all hours before a day are counted as the messages are now,
// after it has seen to that.
func (db *DB) counted(ctx context.Context, before time.Time) (bool, error) {
	if _, err := db.RollUp(ctx); err != nil {
		return false, err
	}
	hours, err := db.StaleHours(ctx)
	if err != nil || len(hours) == mostHours { // the oldest are not among them
		return false, err
	}
	return !slices.ContainsFunc(hours, func(h uint32) bool { return int64(h) < before.Unix() }), nil
}

// horizons returns which are written down, and which there are by now.
func (db *DB) horizons(ctx context.Context, kinds []Kept) (recorded map[string]time.Time, now []Kept, err error) {
	if recorded, err = db.recorded(ctx); err != nil {
		return nil, nil, err
	}
	var today time.Time
	if err := db.conn.QueryRow(ctx, query("retention_today")).Scan(&today); err != nil {
		return nil, nil, fmt.Errorf("ask for the day: %w", err)
	}
	var rows []struct {
		Day time.Time `ch:"day"`
	}
	if err := db.conn.Select(ctx, &rows, query("retention_days")); err != nil {
		return nil, nil, fmt.Errorf("list days: %w", err)
	}
	days := make([]time.Time, len(rows))
	for i, r := range rows {
		days[i] = r.Day
	}
	for _, k := range kinds {
		k.Horizon = recorded[k.What]
		if h, ok := horizonOf(days, k.Days, today); ok && h.After(k.Horizon) {
			k.Horizon = h
		}
		now = append(now, k)
	}
	return recorded, now, nil
}

func (db *DB) recorded(ctx context.Context) (map[string]time.Time, error) {
	var rows []struct {
		What    string    `ch:"what"`
		Horizon time.Time `ch:"horizon"`
	}
	if err := db.conn.Select(ctx, &rows, query("retention_horizons")); err != nil {
		return nil, fmt.Errorf("read from when on rows are kept: %w", err)
	}
	recorded := map[string]time.Time{}
	for _, r := range rows {
		recorded[r.What] = r.Horizon
	}
	return recorded, nil
}

// with gives a query its parameters.
func with(ctx context.Context, params clickhouse.Parameters) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithParameters(params))
}

// dateOf is a day as ClickHouse writes it; of none the first that there is.
func dateOf(day time.Time) string {
	if day.IsZero() {
		day = time.Unix(0, 0)
	}
	return day.UTC().Format(time.DateOnly)
}
