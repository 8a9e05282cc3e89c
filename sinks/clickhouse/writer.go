package clickhouse

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// groupPrefix begins the name of the consumer group whose offsets say what is
// in ClickHouse.
const groupPrefix = "mailfate-sink-"

// Group returns the consumer group of this database. It is named after the
// database's own id, so that a database that was made anew begins anew, and
// does not take for its own what another one was told.
func (db *DB) Group(ctx context.Context) (string, error) {
	var id string
	row := db.conn.QueryRow(ctx, "SELECT toString(uuid) FROM system.databases WHERE name = ?", db.opts.Database)
	if err := row.Scan(&id); err != nil {
		return "", fmt.Errorf("ask for the id of database %s: %w", db.opts.Database, err)
	}
	return groupPrefix + id, nil
}

// Topics are what the writer reads.
func Topics() []string {
	return []string{schemas.TopicStatus, schemas.TopicEvents, schemas.TopicUnparsed}
}

// Writer returns an intake that inserts the records of Topics. Options.NewBatch is
// its own, and Compaction is as the topic's configuration has it unless it is set.
func (db *DB) Writer(opts intake.Options) *intake.Intake {
	opts.NewBatch = func() intake.Batch { return newBatch(db, db.opts.Replies) }
	if opts.Compaction == 0 {
		opts.Compaction = compactionLag()
	}
	if opts.Logger == nil {
		opts.Logger = db.log
	}
	return intake.New(opts)
}

// compactionLag is how long a superseded snapshot stays in the log at least;
// where nothing is promised, it is none.
func compactionLag() time.Duration {
	for _, t := range schemas.Topics() {
		if t.Name != schemas.TopicStatus {
			continue
		}
		if ms, err := strconv.ParseInt(t.Config["min.compaction.lag.ms"], 10, 64); err == nil && ms > 0 {
			return time.Duration(ms) * time.Millisecond
		}
	}
	return -1
}
