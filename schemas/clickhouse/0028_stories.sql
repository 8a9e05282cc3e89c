-- Who asks for one message looks into the days that it has events of, and not into all.
ALTER TABLE events
    ADD INDEX IF NOT EXISTS message_ids message_id TYPE bloom_filter(0.01) GRANULARITY 1;
ALTER TABLE events MATERIALIZE INDEX IF EXISTS message_ids;

-- A message's changes stand in the hours of its events, but for those that time alone
-- brought about, and maybe for those that were withdrawn: these are few, and written
-- down apart.
CREATE TABLE IF NOT EXISTS timed_changes
(
    message_id String                COMMENT 'Message-ID without angle brackets, or the platform''s own id' CODEC(ZSTD(1)),
    time       DateTime64(3, 'UTC')  COMMENT 'when the change of status_changes happened' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (message_id, time)
SETTINGS index_granularity = 1024
COMMENT 'Where status_changes has changes that may not be in the hour of an event: brought about by time alone, or withdrawn. Made of status_changes; bookkeeping.';

CREATE MATERIALIZED VIEW IF NOT EXISTS timed_changes_made TO timed_changes AS
SELECT message_id, time
FROM status_changes
WHERE withdrawn OR derived AND kind IN ('expired', 'discarded')
COMMENT 'Keeps timed_changes; ask that.';

INSERT INTO timed_changes
SELECT message_id, time
FROM status_changes
WHERE withdrawn OR derived AND kind IN ('expired', 'discarded');
