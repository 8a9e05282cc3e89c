package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// releaseTime bounds how long it takes to say that nobody deletes rows any more.
const releaseTime = 10 * time.Second

// errHeld is that another process deletes rows.
var errHeld = errors.New("another process deletes rows")

// hold makes this process the one that deletes rows, for some time, unless another one
// is. It is asked again between all steps; two that asked at the same moment may both
// have begun, which costs time and nothing else, and one of them learns of it then.
func (db *DB) hold(ctx context.Context, d time.Duration) error {
	params := clickhouse.Parameters{"holder": strconv.FormatUint(db.holder, 10), "seconds": strconv.Itoa(int(d.Seconds()))}
	if err := db.conn.Exec(with(writing(ctx), params), query("retention_claim")); err != nil {
		return fmt.Errorf("claim to be the one who deletes rows: %w", err)
	}
	var held bool
	if err := db.conn.QueryRow(with(ctx, params), query("retention_holder")).Scan(&held); err != nil {
		return fmt.Errorf("ask who deletes rows: %w", err)
	}
	if !held {
		return errHeld
	}
	return nil
}

// release lets others begin. If it fails, they wait until it is known that this one does
// not go on.
func (db *DB) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	if err := db.hold(ctx, 0); err != nil && !errors.Is(err, errHeld) {
		return err
	}
	return nil
}
