-- The trail: every observation once, whatever it was read from and how often.
CREATE TABLE IF NOT EXISTS events
(
    message_id    String                  COMMENT 'Message-ID without angle brackets, or the platform''s own id' CODEC(ZSTD(1)),
    event_id      UInt64                  COMMENT 'hash of what was observed; the same observation has it however often it is read' CODEC(NONE),
    time          DateTime64(3, 'UTC')    COMMENT 'when it happened' CODEC(Delta(8), ZSTD(1)),
    kind          LowCardinality(String)  COMMENT 'what was observed: delivered, opened, complained, …',
    reason        LowCardinality(String)  COMMENT 'as the source itself names it; empty where only a reply tells why',
    account       LowCardinality(String)  COMMENT 'as the source names it; default where it names none',
    recipient     String                  COMMENT 'the address that the sender wrote, in lower case; empty where the source names none' CODEC(ZSTD(1)),
    email_id      String                  COMMENT 'the platform''s own id of this message to this recipient' CODEC(ZSTD(1)),
    sender        String                  COMMENT 'envelope sender; <> is the null sender, empty is unknown' CODEC(ZSTD(1)),
    subject       String                  COMMENT 'decoded Subject' CODEC(ZSTD(3)),
    campaign      LowCardinality(String)  COMMENT 'the mailing it belongs to',
    tags          Array(LowCardinality(String)) COMMENT 'free labels that the sender gave it',
    size          Int64                   COMMENT 'bytes; 0 is unknown' CODEC(T64, ZSTD(1)),
    code          UInt16                  COMMENT 'SMTP reply code; 0 is none' CODEC(T64, ZSTD(1)),
    enhanced      LowCardinality(String)  COMMENT 'enhanced status code, as 5.1.1',
    command       LowCardinality(String)  COMMENT 'the SMTP command that was answered',
    remarks       String                  COMMENT 'the words of the reply' CODEC(ZSTD(3)),
    relay         String                  COMMENT 'the server talked to, as name[address]:port' CODEC(ZSTD(1)),
    queue_id      String                  COMMENT 'the queue id under which an MTA of ours had it' CODEC(ZSTD(1)),
    next_queue_id String                  COMMENT 'the queue id that the next hop gave it' CODEC(ZSTD(1)),
    url           String                  COMMENT 'the link that was followed' CODEC(ZSTD(3)),
    user_agent    String                  COMMENT 'the client of a hit or a report' CODEC(ZSTD(3)),
    ip            String                  COMMENT 'address of that client' CODEC(ZSTD(1)),
    source        LowCardinality(String)  COMMENT 'type of the source: postfix, tracking, arf, platform',
    stream        LowCardinality(String)  COMMENT 'the stream whose clock judges this event''s timers',
    host          LowCardinality(String)  COMMENT 'the host that logged it',
    instance      LowCardinality(String)  COMMENT 'the MTA instance that logged it',
    file          String                  COMMENT 'where it was read last; bookkeeping' CODEC(ZSTD(1)),
    offset        Int64                   COMMENT 'byte offset in that file, uncompressed; bookkeeping' CODEC(T64, ZSTD(1)),
    ingested_at   DateTime64(3, 'UTC')    COMMENT 'when it was published last; bookkeeping' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(time)
ORDER BY (message_id, event_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'Every observation, as it was made. Read it FINAL: what was read twice may be here twice until parts are merged.';
