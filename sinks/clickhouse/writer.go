package clickhouse

import (
	"strconv"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// Group is the consumer group whose offsets say what is in ClickHouse.
const Group = "mailfate-sink"

// Topics are what the writer reads.
func Topics() []string {
	return []string{schemas.TopicStatus, schemas.TopicEvents, schemas.TopicUnparsed}
}

// Writer returns an intake that inserts the records of Topics. Options.NewBatch is
// its own, and Compaction is as the topic's configuration has it unless it is set.
func (db *DB) Writer(opts intake.Options) *intake.Intake {
	opts.NewBatch = func() intake.Batch { return newBatch(db) }
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
