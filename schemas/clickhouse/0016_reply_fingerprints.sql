-- What servers answer, by its wording: what names, addresses, numbers and times are
-- in it is taken out. Events keep the hash of what is left, so that counts are
-- those of the trail, exact however often it is read.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS fingerprint LowCardinality(String) COMMENT 'of the reply to what failed: hash of its words without names, addresses, numbers and times; empty where nothing failed or nobody answered' AFTER remarks,
    ADD COLUMN IF NOT EXISTS provider LowCardinality(String) COMMENT 'whose host it was that refused or put off; empty when no rule knows, and where nothing failed' AFTER relay;

CREATE TABLE IF NOT EXISTS reply_templates
(
    fingerprint   String                  COMMENT 'hash of the template, as column fingerprint of events and as mailfate classify prints it' CODEC(ZSTD(1)),
    provider      LowCardinality(String)  COMMENT 'whose host answered; empty when no rule knows',
    template      String                  COMMENT 'codes and words of the reply; {email}, {url}, {ip}, {host}, {time}, {id} and {num} stand for what is another in each' CODEC(ZSTD(3)),
    reason        LowCardinality(String)  COMMENT 'what the rules in force make of the example',
    rule          LowCardinality(String)  COMMENT 'the rule that decides it: its name, enhanced:5.1.1 or code:550 where no rule knows the words, none where nothing does',
    code          UInt16                  COMMENT 'SMTP reply code of the example, as it was told apart from its text; 0 is none' CODEC(T64, ZSTD(1)),
    enhanced      LowCardinality(String)  COMMENT 'enhanced status code of the example, likewise',
    command       LowCardinality(String)  COMMENT 'the SMTP command that the example answers',
    relay         String                  COMMENT 'who gave the example, as name[address]:port' CODEC(ZSTD(1)),
    example       String                  COMMENT 'one of the replies, as it was given' CODEC(ZSTD(3)),
    rules_version UInt64                  COMMENT 'of the rules that judged it; bookkeeping' CODEC(ZSTD(1)),
    version       UInt64                  COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (fingerprint, provider)
COMMENT 'Every wording of a reply, for each provider that uses it, with one example. Read it FINAL, or read the view reply_fingerprints.';

-- An event lies in the partition of its day and in no other, so that parts of
-- different days need not be merged to read it once. Time is the newest event's, not
-- the clock on the wall: what an archive of last year has on its last days is new there.
CREATE OR REPLACE VIEW reply_fingerprints AS
SELECT
    e.fingerprint AS fingerprint, e.provider AS provider,
    ifNull(t.template, '') AS template, -- NULL where a reader set join_use_nulls
    ifNull(t.reason, '') AS reason,
    ifNull(t.rule, '') AS rule,
    e.events AS events, e.messages AS messages, e.last_day AS last_day, e.day_before AS day_before,
    e.first_seen AS first_seen, e.last_seen AS last_seen,
    ifNull(t.example, '') AS example
FROM
    (
        WITH (SELECT max(time) FROM events) AS newest
        SELECT
            fingerprint, provider,
            count() AS events,
            uniqExact(cityHash64(message_id, recipient)) AS messages,
            countIf(time > newest - INTERVAL 1 DAY) AS last_day,
            countIf(time > newest - INTERVAL 2 DAY AND time <= newest - INTERVAL 1 DAY) AS day_before,
            min(time) AS first_seen,
            max(time) AS last_seen
        FROM events FINAL
        PREWHERE fingerprint != ''
        GROUP BY fingerprint, provider
        SETTINGS do_not_merge_across_partitions_select_final = 1
    ) AS e
LEFT JOIN (SELECT * FROM reply_templates FINAL) AS t ON t.fingerprint = e.fingerprint AND t.provider = e.provider
COMMENT 'What servers answered to what failed, by wording and provider, and which rule decides its reason now. What was stored before this view was there is missing until it is ingested again.';

CREATE OR REPLACE VIEW new_replies AS
SELECT
    fingerprint, provider, template, reason, rule, events, messages, last_day, day_before,
    assumeNotNull(age('day', first_seen, (SELECT max(time) FROM events))) AS days_old,
    first_seen, last_seen, example
FROM reply_fingerprints
WHERE days_old < 30 AND messages > 1 AND last_day > day_before
ORDER BY reason = 'unclassified' DESC, messages DESC
COMMENT 'Wordings that were first seen within the 30 days before the newest event, came to more than one message, and oftener on the last day than on the day before; what no rule knows first. Narrow it with days_old.';
