-- How it came about: every change of a status, in event time. The time of a
-- cause never changes without the change being withdrawn, so it may be part of
-- the key and of the partition. Nothing else that can become known later is:
-- sender and campaign are not.
CREATE TABLE IF NOT EXISTS status_changes
(
    time             DateTime64(3, 'UTC')   COMMENT 'when it happened' CODEC(Delta(8), ZSTD(1)),
    account          LowCardinality(String) COMMENT 'whose message it is; default where nobody says',
    message_id       String                 COMMENT 'Message-ID without angle brackets, or the platform''s own id' CODEC(ZSTD(1)),
    recipient        String                 COMMENT 'the address that the sender wrote, in lower case, its domain as A-labels' CODEC(ZSTD(1)),
    cause            UInt64                 COMMENT 'event_id of the event that caused it, or an id derived from it where time alone did' CODEC(NONE),
    kind             LowCardinality(String) COMMENT 'what happened: queued, delivered, opened, …',
    reason           LowCardinality(String) COMMENT 'why, where that kind has reasons',
    class            LowCardinality(String) COMMENT 'of a bounce: hard, soft; else empty',
    fault            LowCardinality(String) COMMENT 'whose doing the reason is',
    derived          Bool                   COMMENT 'brought about by time or inference, observed by nobody',
    status_before    LowCardinality(String) COMMENT 'mailfate''s own status before',
    status           LowCardinality(String) COMMENT 'and after; the same where only another vocabulary''s changed',
    status_final     Bool                   COMMENT 'only a new attempt changes this status',
    code             UInt16                 COMMENT 'SMTP reply code; 0 is none' CODEC(T64, ZSTD(1)),
    enhanced         LowCardinality(String) COMMENT 'enhanced status code, as 5.1.1',
    remarks          String                 COMMENT 'the words of the reply' CODEC(ZSTD(3)),
    url              String                 COMMENT 'the link that was followed' CODEC(ZSTD(3)),
    sender           String                 COMMENT 'envelope sender; <> is the null sender, empty is unknown' CODEC(ZSTD(1)),
    sender_domain    LowCardinality(String) COMMENT 'what follows the last @ of the sender',
    recipient_domain LowCardinality(String) COMMENT 'what follows the last @ of the recipient',
    campaign         LowCardinality(String) COMMENT 'the mailing it belongs to',
    revision         UInt64                 COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn        UInt8                  COMMENT '1: it turned out not to be true; FINAL hides the row' CODEC(ZSTD(1)),
    ingested_at      DateTime64(3, 'UTC')   COMMENT 'when the newest event of its message was taken in; bookkeeping' CODEC(Delta(8), ZSTD(1)),
    INDEX sender_words lower(sender) TYPE text(tokenizer = splitByNonAlpha),
    INDEX recipient_words lower(recipient) TYPE text(tokenizer = splitByNonAlpha),
    INDEX message_ids message_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revision, withdrawn)
PARTITION BY toDate(time)
ORDER BY (toStartOfHour(time), message_id, recipient, account, time, cause)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Every change of a message''s status, intermediate and final. Read it FINAL, or read the view history.';
