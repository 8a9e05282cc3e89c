-- Less on disk. Parts that are there already get smaller as they are merged. Rows of a
-- message stand together, and messages in no order of time: so what is told of times
-- is not what differs from the row before, but what is the same in all.
ALTER TABLE events MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE events
    MODIFY COLUMN IF EXISTS time CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS recipient CODEC(ZSTD(3)),
    MODIFY COLUMN IF EXISTS sender CODEC(ZSTD(5)),
    MODIFY COLUMN IF EXISTS relay CODEC(ZSTD(5)),
    MODIFY COLUMN IF EXISTS file CODEC(ZSTD(3)),
    MODIFY COLUMN IF EXISTS offset CODEC(Delta(8), ZSTD(1)),
    MODIFY COLUMN IF EXISTS ingested_at DateTime('UTC') COMMENT 'the second in which it was published last; bookkeeping' CODEC(Delta(4), ZSTD(1));

ALTER TABLE status_changes MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE status_changes
    MODIFY COLUMN IF EXISTS recipient CODEC(ZSTD(3)),
    MODIFY COLUMN IF EXISTS sender CODEC(ZSTD(5)),
    MODIFY COLUMN IF EXISTS revision CODEC(ZSTD(3)),
    MODIFY COLUMN IF EXISTS ingested_at CODEC(ZSTD(1));

-- Who asks for a message by the platform's id or by number need not read them all.
ALTER TABLE message_status MODIFY SETTING default_compression_codec = 'ZSTD(1)';
ALTER TABLE message_status
    MODIFY COLUMN IF EXISTS recipient CODEC(ZSTD(3)),
    MODIFY COLUMN IF EXISTS cohort CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS first_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS last_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS queued_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS deferred_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS delivered_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS bounced_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS expired_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS opened_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS read_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS clicked_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS unsubscribed_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS complained_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS machine_opened_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS machine_clicked_at CODEC(ZSTD(1)),
    MODIFY COLUMN IF EXISTS ingested_at CODEC(ZSTD(1)),
    ADD INDEX IF NOT EXISTS ids id TYPE bloom_filter(0.01) GRANULARITY 4,
    ADD INDEX IF NOT EXISTS email_ids email_id TYPE bloom_filter(0.01) GRANULARITY 4;
ALTER TABLE message_status MATERIALIZE INDEX IF EXISTS ids;
ALTER TABLE message_status MATERIALIZE INDEX IF EXISTS email_ids;

ALTER TABLE rollup_hourly MODIFY SETTING default_compression_codec = 'ZSTD(1)';

-- What checkEmail reads of a block is a few rows: blocks are small, and quickly opened.
ALTER TABLE message_ids MODIFY SETTING min_compress_block_size = 4096, max_compress_block_size = 4096;
ALTER TABLE message_ids
    MODIFY COLUMN IF EXISTS id CODEC(T64),
    MODIFY COLUMN IF EXISTS email_key COMMENT 'first 8 bytes, little-endian, of SHA-256 of e and the email id that it has now; 0 is none',
    MODIFY COLUMN IF EXISTS revision CODEC(T64);

-- One key stands for an email id and for a message id alike, so that one is looked for
-- and not two.
CREATE TABLE IF NOT EXISTS message_names
(
    key     UInt64                 COMMENT 'first 8 bytes, little-endian, of SHA-256 of an email id or a message id' CODEC(T64),
    email   Bool                   COMMENT 'of an email id; else of a message id',
    account LowCardinality(String) COMMENT 'whose message it is, or once was',
    id      UInt64                 COMMENT 'the number in message_ids; a message that has another email id by now has another email_key there' CODEC(NONE)
)
ENGINE = ReplacingMergeTree
ORDER BY (key, email, account, id)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, max_compress_block_size = 4096
COMMENT 'Which numbers an email id or a message id may mean, for checkEmail. Made of message_status.';

CREATE MATERIALIZED VIEW IF NOT EXISTS message_names_made TO message_names AS
SELECT reinterpretAsUInt64(substring(SHA256(name.1), 1, 8)) AS key, name.2 AS email, account, id
FROM message_status
ARRAY JOIN if(email_id = '', [(message_id, false)], [(message_id, false), (email_id, true)]) AS name
COMMENT 'Keeps message_names; ask that.';

INSERT INTO message_names (key, email, account, id)
SELECT reinterpretAsUInt64(substring(SHA256(name.1), 1, 8)), name.2, account, id
FROM message_status
ARRAY JOIN if(email_id = '', [(message_id, false)], [(message_id, false), (email_id, true)]) AS name;

DROP VIEW IF EXISTS message_keys_made;
DROP TABLE IF EXISTS message_keys;
