package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// retiredAtOnce is how many messages are deleted together: each time, all of a table's
// keys are read, and these are in memory.
const retiredAtOnce = 250_000

var retirementTexts = template.Must(template.ParseFS(queryFiles, "queries/retention_hide.sql", "queries/retention_list.sql", "queries/retention_delete.sql"))

// rowsOf is a Replacing table by revision with rows of messages, which go with them.
type rowsOf struct {
	Table    string
	Key      string // of its columns, those of retention_rows that tell messages apart
	Numbered bool   // it has their number
	Follows  bool   // its rows are made of message_status, by ClickHouse itself
}

var rowsOfMessages = []rowsOf{
	{Table: "message_status", Key: "id, account", Numbered: true},
	{Table: "message_ids", Key: "id, account", Numbered: true, Follows: true},
}

// retire deletes what is before the horizons of what is not kept for ever, a little at
// a time.
func (db *DB) retire(ctx context.Context, kinds []Kept) error {
	begun, err := db.finishBatches(ctx)
	if err != nil {
		return err
	}
	for i := range kinds {
		k := &kinds[i]
		if k.What == keptMessages {
			k.Rows = begun
		}
		if k.Days == 0 || k.Horizon.IsZero() {
			continue
		}
		var err error
		switch k.What {
		case keptMessages:
			err = db.retireMessages(ctx, k)
		case keptHours:
			err = db.retireHours(ctx, k)
		default:
			err = db.retireDays(ctx, k)
		}
		if err != nil {
			return fmt.Errorf("delete %s before %s: %w", k.What, dateOf(k.Horizon), err)
		}
	}
	return nil
}

// retireDays drops the partitions of a trail, and what was written down of it apart.
func (db *DB) retireDays(ctx context.Context, k *Kept) error {
	var days []struct {
		Day  time.Time `ch:"day"`
		Rows uint64    `ch:"rows"`
	}
	params := clickhouse.Parameters{"table": k.What, "horizon": dateOf(k.Horizon)}
	if err := db.conn.Select(with(ctx, params), &days, query("retention_partitions")); err != nil {
		return fmt.Errorf("list days: %w", err)
	}
	for _, d := range days {
		if err := db.conn.Exec(deleting(ctx, nil), "ALTER TABLE "+k.What+" DROP PARTITION '"+dateOf(d.Day)+"'"); err != nil {
			return fmt.Errorf("drop the day %s: %w", dateOf(d.Day), err)
		}
		k.Rows += d.Rows
		if err := db.hold(ctx, heldFor); err != nil {
			return err
		}
	}
	if k.What != keptChanges {
		return nil
	}
	var timed uint64
	if err := db.conn.QueryRow(with(ctx, params), query("retention_timed")).Scan(&timed); err != nil || timed == 0 {
		return err
	}
	if err := db.conn.Exec(deleting(ctx, params), query("retention_delete_timed")); err != nil {
		return fmt.Errorf("delete from timed_changes: %w", err)
	}
	return db.conn.Exec(ctx, "ALTER TABLE timed_changes APPLY DELETED MASK")
}

// retireHours deletes counts by the hour.
func (db *DB) retireHours(ctx context.Context, k *Kept) error {
	params := clickhouse.Parameters{"horizon": dateOf(k.Horizon)}
	var hours, last uint64
	if err := db.conn.QueryRow(with(ctx, params), query("retention_hours")).Scan(&hours); err != nil || hours == 0 {
		return err
	}
	if err := db.conn.QueryRow(ctx, query("rollup_newest")).Scan(&last); err != nil {
		return err
	}
	params["computation"] = strconv.FormatUint(computation(last, time.Now()), 10)
	if err := db.conn.Exec(with(writing(ctx), params), query("retention_hide_hours")); err != nil {
		return err
	}
	for _, all := range []string{"0", "1"} {
		params["all"] = all
		if err := db.conn.Exec(deleting(ctx, params), query("retention_delete_hours")); err != nil {
			return err
		}
	}
	k.Rows += hours
	return db.conn.Exec(ctx, "ALTER TABLE "+keptHours+" APPLY DELETED MASK")
}

// retireMessages deletes messages, batch by batch.
func (db *DB) retireMessages(ctx context.Context, k *Kept) error {
	for _, choose := range []string{"retention_choose", "retention_choose_withdrawn"} {
		for {
			began := time.Now()
			b := retirement{db, computation(0, began)}
			n, err := b.choose(ctx, choose, k.Horizon)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			if err := b.finish(ctx); err != nil {
				return err
			}
			if choose == "retention_choose" {
				k.Rows += n
			}
			if n < retiredAtOnce {
				break
			}
			if err := rest(ctx, time.Since(began)); err != nil { // others have half of the time
				return err
			}
		}
	}
	return db.purge(ctx)
}

// purge has rows that were deleted taken from disk, too, of which there are any.
func (db *DB) purge(ctx context.Context) error {
	for _, r := range append([]rowsOf{{Table: "message_names"}}, rowsOfMessages...) {
		var masked uint64
		params := clickhouse.Parameters{"table": r.Table}
		if err := db.conn.QueryRow(with(ctx, params), query("retention_masked")).Scan(&masked); err != nil {
			return fmt.Errorf("look for deleted rows of %s: %w", r.Table, err)
		}
		if masked == 0 {
			continue
		}
		if err := db.conn.Exec(ctx, "ALTER TABLE "+r.Table+" APPLY DELETED MASK"); err != nil {
			return fmt.Errorf("take deleted rows of %s from disk: %w", r.Table, err)
		}
	}
	return nil
}

// finishBatches finishes what was begun, and broken off, and returns of how many messages.
func (db *DB) finishBatches(ctx context.Context) (n uint64, err error) {
	var rows []struct {
		Batch    uint64 `ch:"batch"`
		Messages uint64 `ch:"messages"`
	}
	if err := db.conn.Select(ctx, &rows, query("retention_batches")); err != nil {
		return 0, fmt.Errorf("list messages that are being deleted: %w", err)
	}
	for _, r := range rows {
		b := retirement{db, r.Batch}
		if err := b.finish(ctx); err != nil {
			return n, fmt.Errorf("go on with deleting messages: %w", err)
		}
		n += r.Messages
	}
	return n, nil
}

// retirement is messages that are being deleted together.
//
// A message is many rows: versions in several parts of several tables. They are deleted
// in an order in which none comes to light that was behind another: first a version
// that hides them all, of the revision that was chosen, so that what is heard of the
// message meanwhile is newer; then those, in all tables; then what hides them. Which they
// are is written down before, table by table, for each has merged others. Every step may
// be done again, by anybody.
type retirement struct {
	db    *DB
	batch uint64
}

func (b *retirement) params() clickhouse.Parameters {
	return clickhouse.Parameters{"batch": strconv.FormatUint(b.batch, 10)}
}

// choose writes down which messages are to go, and returns how many.
func (b *retirement) choose(ctx context.Context, by string, horizon time.Time) (n uint64, err error) {
	params := b.params()
	params["horizon"], params["most"] = dateOf(horizon), strconv.Itoa(retiredAtOnce)
	if err := b.db.conn.Exec(with(writing(ctx), params), query(by)); err != nil {
		return 0, fmt.Errorf("choose messages: %w", err)
	}
	if err := b.db.conn.QueryRow(with(ctx, b.params()), query("retention_chosen")).Scan(&n); err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return n, nil
}

// A retireStep is one statement.
type retireStep struct {
	name     string
	of       rowsOf // zero: of all tables, or of one alone
	deletes  bool
	withdraw string
}

// retireSteps are what is to be done with the messages that were chosen, in this order.
func retireSteps() []retireStep {
	var hide, list, rows, hiding []retireStep
	for _, r := range rowsOfMessages {
		if !r.Follows {
			hide = append(hide, retireStep{name: "retention_hide", of: r})
		}
		list = append(list, retireStep{name: "retention_list", of: r})
		rows = append(rows, retireStep{name: "retention_delete", of: r, deletes: true, withdraw: "0"})
		hiding = append(hiding, retireStep{name: "retention_delete", of: r, deletes: true, withdraw: "1"})
	}
	names := []retireStep{{name: "retention_unname", deletes: true}, {name: "retention_rename"}}
	return slices.Concat(hide, list, rows, hiding, names)
}

func (b *retirement) finish(ctx context.Context) error {
	for _, s := range retireSteps() {
		if err := b.do(ctx, s); err != nil {
			return fmt.Errorf("%s %s: %w", s.name, s.of.Table, err)
		}
		if err := b.db.hold(ctx, heldFor); err != nil {
			return err
		}
	}
	return b.db.conn.Exec(deleting(ctx, nil), "ALTER TABLE retention_rows DROP PARTITION "+strconv.FormatUint(b.batch, 10))
}

func (b *retirement) do(ctx context.Context, s retireStep) error {
	params := b.params()
	text := ""
	if s.of.Table == "" {
		text = query(s.name)
	} else {
		var err error
		if text, err = made(retirementTexts, s.name, s.of); err != nil {
			return err
		}
	}
	if !s.deletes {
		return b.db.conn.Exec(with(writing(ctx), params), text)
	}
	if s.withdraw != "" {
		params["withdrawn"] = s.withdraw
	}
	return b.db.conn.Exec(deleting(ctx, params), text)
}

// deleting makes a context for what deletes rows: it returns when they are gone. A day's
// partition is not too large to be dropped, whatever the server was told of tables; and
// the rows that a deletion looks for do not change until it is done.
func deleting(ctx context.Context, params clickhouse.Parameters) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithParameters(params), clickhouse.WithSettings(clickhouse.Settings{
		"mutations_sync":                   2,
		"lightweight_deletes_sync":         2,
		"allow_nondeterministic_mutations": 1,
		"max_partition_size_to_drop":       0,
		"max_table_size_to_drop":           0,
	}))
}

// rest waits, unless ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
