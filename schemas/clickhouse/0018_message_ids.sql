-- Who asks for a status by id: two narrow tables, kept by ClickHouse itself from
-- what is inserted into message_status. They are keyed by numbers, so that 500 ids
-- are found in 500 small reads.
CREATE TABLE IF NOT EXISTS message_ids
(
    id        UInt64                 COMMENT 'number made of message id and recipient, as in message_status' CODEC(NONE),
    account   LowCardinality(String) COMMENT 'whose message it is',
    email_key UInt64                 COMMENT 'key of the email id that it has now, as in message_keys; 0 is none' CODEC(NONE),
    status       LowCardinality(String) COMMENT 'canonical status',
    netcore      LowCardinality(String) COMMENT 'status in the words of Netcore''s status API',
    netcore_feed LowCardinality(String) COMMENT 'status in the words of Netcore''s Live Feeds',
    tipimail     LowCardinality(String) COMMENT 'status in Tipimail''s words',
    unisender    LowCardinality(String) COMMENT 'status in the words of UniSender''s checkEmail',
    revision  UInt64                 COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn UInt8                  COMMENT '1: this identity is known by another account now; FINAL hides the row' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision, withdrawn)
ORDER BY (id, account)
SETTINGS index_granularity = 256
COMMENT 'Statuses by number, for checkEmail. Read it FINAL. Made of message_status.';

CREATE TABLE IF NOT EXISTS message_keys
(
    key     UInt64                 COMMENT 'first 8 bytes, little-endian, of SHA-256 of e and an email id, or of m and a message id' CODEC(NONE),
    account LowCardinality(String) COMMENT 'whose message it is, or once was',
    id      UInt64                 COMMENT 'the number in message_ids; a message that has another email id by now has another email_key there' CODEC(NONE)
)
ENGINE = ReplacingMergeTree
ORDER BY (key, account, id)
SETTINGS index_granularity = 256
COMMENT 'Which numbers an email id or a message id may mean, for checkEmail. Made of message_status.';

CREATE MATERIALIZED VIEW IF NOT EXISTS message_ids_made TO message_ids AS
SELECT
    id, account,
    if(email_id = '', 0, reinterpretAsUInt64(substring(SHA256('e' || email_id), 1, 8))) AS email_key,
    status, netcore, netcore_feed, tipimail, unisender, revision, withdrawn
FROM message_status
COMMENT 'Keeps message_ids; ask that.';

CREATE MATERIALIZED VIEW IF NOT EXISTS message_keys_made TO message_keys AS
SELECT
    reinterpretAsUInt64(substring(SHA256(arrayJoin(if(email_id = '', ['m' || message_id], ['m' || message_id, 'e' || email_id]))), 1, 8)) AS key,
    account, id
FROM message_status
COMMENT 'Keeps message_keys; ask that.';

INSERT INTO message_ids
SELECT
    id, account,
    if(email_id = '', 0, reinterpretAsUInt64(substring(SHA256('e' || email_id), 1, 8))),
    status, netcore, netcore_feed, tipimail, unisender, revision, withdrawn
FROM message_status;

INSERT INTO message_keys (key, account, id)
SELECT
    reinterpretAsUInt64(substring(SHA256(arrayJoin(if(email_id = '', ['m' || message_id], ['m' || message_id, 'e' || email_id]))), 1, 8)),
    account, id
FROM message_status;
