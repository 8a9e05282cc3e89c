-- What the statuses mean, for analysts to join. The program writes it whenever
-- it has another opinion.
CREATE TABLE IF NOT EXISTS vocabularies
(
    vocabulary        LowCardinality(String) COMMENT 'whose word it is: canonical (column status of messages and history), netcore, netcore_feed, tipimail, unisender (columns of these names)',
    status            String                 COMMENT 'its identifier, as those columns have it; none: the vocabulary does not know the message (yet)',
    ordinal           UInt8                  COMMENT 'its place in the vocabulary, from 0, which is none' CODEC(ZSTD(1)),
    spelling          String                 COMMENT 'how the provider''s text writes it',
    meaning           String                 COMMENT 'what it says of a message',
    outcome           LowCardinality(String) COMMENT 'what it means to the sender: pending, success, failure',
    step              LowCardinality(String) COMMENT 'how far the message came: 1 taken, 2 handled, 3 sent, 4 reader; empty for none',
    final             Bool                   COMMENT 'only a new attempt changes it',
    final_by_decision Bool                   COMMENT 'that it is final is mailfate''s decision: the text is silent',
    reached           String                 COMMENT 'what leads here: events < statuses; …',
    source            String                 COMMENT 'the words of the text that it comes from',
    text              String                 COMMENT 'the text that the vocabulary is true to',
    version           UInt64                 COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn         UInt8                  COMMENT '1: there is no such status any more; FINAL hides the row' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version, withdrawn)
ORDER BY (vocabulary, status)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Every status of every vocabulary. Read it FINAL, or read the view status_meanings.';

CREATE OR REPLACE VIEW status_meanings AS
SELECT * EXCEPT (version, withdrawn)
FROM vocabularies FINAL
COMMENT 'What every status of every vocabulary means, once each. Join it by vocabulary and status.';

-- Time is the newest event's, not the clock on the wall: an archive is replayed
-- long after, and nothing in it has been stuck since.
CREATE OR REPLACE VIEW stuck_messages AS
SELECT
    m.account, m.message_id, m.recipient, m.status,
    ifNull(s.meaning, '') AS meaning, -- NULL where a reader set join_use_nulls
    assumeNotNull(age('hour', m.last_at, (SELECT max(last_at) FROM message_status FINAL))) AS silent_hours,
    m.first_at, m.last_at, m.deferrals, m.reason, m.remarks, m.relay, m.sender, m.recipient_domain, m.campaign
FROM messages AS m
LEFT JOIN status_meanings AS s ON s.vocabulary = 'canonical' AND s.status = m.status
WHERE m.outcome = 'pending' AND silent_hours >= 24
COMMENT 'Messages of which nothing was decided and nothing heard for 24 hours or more, by the time of the newest event of all. Scheduled ones are among them: leave out a status that may take long.';
