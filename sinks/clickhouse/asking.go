package clickhouse

import (
	"context"
	"maps"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

const (
	pageTime    = 20 * time.Second // of one query of a page
	exportTime  = 10 * time.Minute // of one query of an export, slow readers included
	countTime   = 2 * time.Second  // of an estimate
	askTime     = 10 * time.Minute // of a report, unless who asks waits less long
	pageRows    = 100_000          // where a query's own limits are by message or key
	queryMemory = 1 << 30
)

// asking makes a context for a query on somebody's behalf: it can change nothing,
// and is stopped when it takes too much. Such a query's text can have no settings of
// its own.
func asking(ctx context.Context, longest time.Duration, rows int, more ...clickhouse.Settings) context.Context {
	settings := clickhouse.Settings{
		"readonly":              1,
		"max_execution_time":    int(longest.Seconds()),
		"max_memory_usage":      queryMemory,
		"max_result_rows":       rows, // 0: any number
		"result_overflow_mode":  "throw",
		"timeout_overflow_mode": "throw",
		// What is asked of a table's sorting key is asked before versions are merged: they
		// all have the same. Of other columns ClickHouse asks behind it, as without.
		"optimize_move_to_prewhere_if_final": 1,
	}
	for _, m := range more {
		maps.Copy(settings, m)
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings))
}

// ofChanges are settings for status_changes FINAL: a change's versions have one time,
// and so one partition.
var ofChanges = clickhouse.Settings{"do_not_merge_across_partitions_select_final": 1}

// ofMessages are settings for queries of a message by its message id, and by all the days
// that it has rows of: versions of a row have the same message id, so that it is looked
// for first, by the index too, and the rest is read only where it is found, by one thread.
var ofMessages = clickhouse.Settings{
	"use_skip_indexes_if_final_exact_mode": 0,
	"defer_partition_pruning_after_final":  0,
	"max_threads":                          1,
}
