-- Rows are deleted by the days of what they tell of, when that is configured. From
-- which day on they are kept is written down before anything is deleted, so that
-- every process goes by the same, and nobody counts anew an hour of which messages
-- are missing.
CREATE TABLE IF NOT EXISTS retention
(
    what       LowCardinality(String)  COMMENT 'events, status_changes, messages (message_status and what is made of it) or rollup_hourly',
    horizon    Date                    COMMENT 'what is of days before it is deleted, or about to be; it never moves back: the greatest is true',
    days       UInt32                  COMMENT 'how many days with data were to be kept before the newest one, when that was decided',
    decided_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when that was, by the clock on the wall; bookkeeping'
)
ENGINE = ReplacingMergeTree(horizon)
ORDER BY what
COMMENT 'From which day on rows are kept; read it FINAL. What is not named is kept for ever.';

CREATE TABLE IF NOT EXISTS retention_job
(
    holder UInt64                 COMMENT 'a random number of the process that deletes rows now, or did last',
    until  DateTime64(3, 'UTC')   COMMENT 'when others take it for dead',
    at     DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'when this was written: the newest is true'
)
ENGINE = ReplacingMergeTree(at)
ORDER BY tuple()
COMMENT 'Who deletes rows, so that not all processes do; read it FINAL. Several at once would do no harm.';

-- Which versions of rows are to be deleted is written down here first, for a deletion
-- looks at one part of a table after another, and must decide the same in each.
CREATE TABLE IF NOT EXISTS retention_rows
(
    batch      UInt64                 COMMENT 'messages that are deleted together',
    of_table   LowCardinality(String) COMMENT 'the table of the version; empty: the message as it was when it was chosen',
    account    LowCardinality(String) COMMENT 'as in message_status',
    message_id String                 COMMENT 'as in message_status' CODEC(ZSTD(1)),
    recipient  String                 COMMENT 'as in message_status' CODEC(ZSTD(1)),
    id         UInt64                 COMMENT 'as in message_status' CODEC(NONE),
    revision   UInt64                 COMMENT 'of that version' CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY batch
ORDER BY (of_table, id)
COMMENT 'Messages that are being deleted; empty but for minutes.';

CREATE OR REPLACE VIEW counted_from AS
SELECT toDateTime(max(horizon), 'UTC') AS hour
FROM retention
WHERE what IN ('messages', 'rollup_hourly')
COMMENT 'From which hour on rollup_hourly is compared with the messages. Hours before tell what was counted while all of their messages were there.';
