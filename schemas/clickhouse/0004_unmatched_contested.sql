-- What readers and their providers told of messages that cannot be told apart or found.
-- Of each kind the earliest and the latest events are kept, so which ones are may
-- change with every event. Hence a row is a place among them, not an event.
CREATE TABLE IF NOT EXISTS unmatched
(
    account     LowCardinality(String) COMMENT 'whose message it would be; default where nobody says',
    message_id  String                 COMMENT 'the message that it names' CODEC(ZSTD(1)),
    recipient   String                 COMMENT 'the recipient that it names; empty where it names none' CODEC(ZSTD(1)),
    kind        LowCardinality(String) COMMENT 'what was observed: opened, clicked, complained, …',
    slot        UInt16                 COMMENT 'place of the event, by time, among those of its kind that are kept, which are the earliest and the latest; from 0' CODEC(T64, ZSTD(1)),
    events      UInt32                 COMMENT 'how many events of this kind there are, at least: the same in all slots, so count it where slot = 0' CODEC(T64, ZSTD(1)),
    event_id    UInt64                 COMMENT 'hash of what was observed' CODEC(NONE),
    time        DateTime64(3, 'UTC')   COMMENT 'when it happened' CODEC(Delta(8), ZSTD(1)),
    reason      LowCardinality(String) COMMENT 'as the source names it',
    url         String                 COMMENT 'the link that was followed' CODEC(ZSTD(3)),
    user_agent  String                 COMMENT 'the client of the hit or the report' CODEC(ZSTD(3)),
    ip          String                 COMMENT 'address of that client' CODEC(ZSTD(1)),
    source      LowCardinality(String) COMMENT 'type of the source: tracking, arf, …',
    revision    UInt64                 COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn   UInt8                  COMMENT '1: it was matched after all; FINAL hides the row' CODEC(ZSTD(1)),
    ingested_at DateTime64(3, 'UTC')   COMMENT 'when the newest event under this key was taken in; bookkeeping' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision, withdrawn)
ORDER BY (message_id, recipient, account, kind, slot)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'Hits and reports about a message or a recipient that nobody is known to have sent to; kept until somebody is. Read it FINAL.';

CREATE TABLE IF NOT EXISTS contested
(
    account     LowCardinality(String) COMMENT 'whose message it would be; default where nobody says',
    message_id  String                 COMMENT 'the message that it names' CODEC(ZSTD(1)),
    recipient   String                 COMMENT 'the recipient that it names; empty where it names none' CODEC(ZSTD(1)),
    kind        LowCardinality(String) COMMENT 'what was observed: opened, clicked, complained, …',
    slot        UInt16                 COMMENT 'place of the event, by time, among those of its kind that are kept, which are the earliest and the latest; from 0' CODEC(T64, ZSTD(1)),
    events      UInt32                 COMMENT 'how many events of this kind there are, at least: the same in all slots, so count it where slot = 0' CODEC(T64, ZSTD(1)),
    event_id    UInt64                 COMMENT 'hash of what was observed' CODEC(NONE),
    time        DateTime64(3, 'UTC')   COMMENT 'when it happened' CODEC(Delta(8), ZSTD(1)),
    reason      LowCardinality(String) COMMENT 'as the source names it',
    url         String                 COMMENT 'the link that was followed' CODEC(ZSTD(3)),
    user_agent  String                 COMMENT 'the client of the hit or the report' CODEC(ZSTD(3)),
    ip          String                 COMMENT 'address of that client' CODEC(ZSTD(1)),
    source      LowCardinality(String) COMMENT 'type of the source: tracking, arf, …',
    revision    UInt64                 COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn   UInt8                  COMMENT '1: it turned out whose it is; FINAL hides the row' CODEC(ZSTD(1)),
    ingested_at DateTime64(3, 'UTC')   COMMENT 'when the newest event under this key was taken in; bookkeeping' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision, withdrawn)
ORDER BY (message_id, recipient, account, kind, slot)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'Hits and reports about a Message-ID that several accounts used and that do not say whose they are; shown to none of them. Read it FINAL.';
