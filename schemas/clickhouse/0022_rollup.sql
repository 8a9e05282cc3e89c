-- Counts by the hour, for reports on weeks. An hour that changed is counted anew as a
-- whole, under a number of its own, and a row after all others says that it is there:
-- so nothing is ever added to a count, and a computation that broke off is never seen.
-- That row is in the same table, because a query sees a table as it was at one moment,
-- and two tables at two.
CREATE TABLE IF NOT EXISTS rollup_hourly
(
    cohort           DateTime('UTC')        COMMENT 'the hour of the messages'' earliest events' CODEC(Delta(4), ZSTD(1)),
    computation      UInt64                 COMMENT 'the computation that counted them; of those that are whole the greatest is true; bookkeeping' CODEC(Delta(8), ZSTD(1)),
    whole            UInt8                  COMMENT '1: counts nothing, and says that this computation of the hour is whole; bookkeeping' CODEC(ZSTD(1)),
    account          LowCardinality(String) COMMENT 'whose messages; default where nobody says',
    sender_domain    LowCardinality(String) COMMENT 'what follows the last @ of the sender',
    recipient_domain LowCardinality(String) COMMENT 'what follows the last @ of the recipient',
    provider         LowCardinality(String) COMMENT 'whose mailboxes they are; other is nobody that is known',
    campaign         LowCardinality(String) COMMENT 'the mailing that they belong to',
    reason           LowCardinality(String) COMMENT 'why they bounced; empty of all that did not',
    class            LowCardinality(String) COMMENT 'of bounces: hard (the address is bad), soft (it may be good); else empty',
    fault            LowCardinality(String) COMMENT 'of bounces: whose doing the reason is; else empty',
    messages         UInt64                 COMMENT 'all of them' CODEC(T64, ZSTD(1)),
    delivered        UInt64                 COMMENT 'delivered, also those that came back later' CODEC(T64, ZSTD(1)),
    ended            UInt64                 COMMENT 'delivered, bounced or expired' CODEC(T64, ZSTD(1)),
    bounced          UInt64                 COMMENT 'bounced or sent back' CODEC(T64, ZSTD(1)),
    returned         UInt64                 COMMENT 'delivered, and sent back' CODEC(T64, ZSTD(1)),
    expired          UInt64                 COMMENT 'given up, neither delivered nor bounced' CODEC(T64, ZSTD(1)),
    deferred         UInt64                 COMMENT 'put off at least once' CODEC(T64, ZSTD(1)),
    deferred_arrived UInt64                 COMMENT 'put off, and delivered' CODEC(T64, ZSTD(1)),
    deferrals        UInt64                 COMMENT 'attempts that failed for the time being' CODEC(T64, ZSTD(1)),
    opened           UInt64                 COMMENT 'opened by a person' CODEC(T64, ZSTD(1)),
    opened_with_machines  UInt64            COMMENT 'opened by a person, a proxy or a scanner' CODEC(T64, ZSTD(1)),
    clicked          UInt64                 COMMENT 'a link followed by a person; unsubscribing is none' CODEC(T64, ZSTD(1)),
    clicked_with_machines UInt64            COMMENT 'a link followed by a person or a scanner' CODEC(T64, ZSTD(1)),
    complained       UInt64                 COMMENT 'reported as spam' CODEC(T64, ZSTD(1)),
    unsubscribed     UInt64                 COMMENT 'opted out' CODEC(T64, ZSTD(1)),
    mark             Int64                  COMMENT 'sum of the marks of the messages in rollup_counted, by which it is checked; bookkeeping' CODEC(NONE)
)
ENGINE = MergeTree
ORDER BY (whole, cohort, computation, account, provider, recipient_domain, sender_domain, campaign, reason)
COMMENT 'Counts of messages by hour, account, domains, provider, campaign and reason of bounce, as computed again and again. Read the view hourly.';

-- What is counted is said here alone: what computes an hour and what checks it read
-- the same.
CREATE OR REPLACE VIEW rollup_counted AS
SELECT
    cohort, account, sender_domain, recipient_domain, provider, campaign,
    if(bounced_at IS NULL, '', reason) AS bounce_reason,
    class,
    if(bounced_at IS NULL, '', fault) AS bounce_fault,
    toUInt8(delivered_at IS NOT NULL) AS delivered,
    toUInt8(bounced_at IS NOT NULL) AS bounced,
    toUInt8(expired_at IS NOT NULL AND delivered_at IS NULL AND bounced_at IS NULL) AS expired,
    toUInt8(deferred_at IS NOT NULL) AS deferred,
    deferrals,
    toUInt8(opens > 0) AS opened,
    toUInt8(opens > 0 OR machine_opens > 0) AS opened_with_machines,
    toUInt8(clicks > 0) AS clicked,
    toUInt8(clicks > 0 OR machine_clicks > 0) AS clicked_with_machines,
    toUInt8(complained_at IS NOT NULL) AS complained,
    toUInt8(unsubscribed_at IS NOT NULL) AS unsubscribed,
    reinterpretAsInt64(cityHash64(account, sender_domain, recipient_domain, provider, campaign, bounce_reason, class, bounce_fault,
        delivered, bounced, expired, deferred, deferrals, opened, opened_with_machines, clicked, clicked_with_machines, complained, unsubscribed)) AS mark
FROM message_status FINAL
COMMENT 'What counts of every message, 1 or 0. From this rollup_hourly is computed, and checked; ask the view hourly.';

-- What an account does not track is in neither part of a ratio: an open from before
-- tracking was turned off must not make a rate above 1.
CREATE OR REPLACE VIEW hourly AS
WITH
    account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.open_tracking) AS opens_count,
    account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.click_tracking) AS clicks_count
SELECT
    cohort AS hour, account, sender_domain, recipient_domain, provider, campaign, reason, class, fault,
    messages, delivered, ended, bounced, returned, expired, deferred, deferred_arrived, deferrals,
    delivered * opens_count AS open_tracked,
    opened * opens_count AS opened,
    opened_with_machines * opens_count AS opened_with_machines,
    delivered * clicks_count AS click_tracked,
    clicked * clicks_count AS clicked,
    clicked_with_machines * clicks_count AS clicked_with_machines,
    complained, unsubscribed
FROM rollup_hourly
WHERE whole = 0 AND (cohort, computation) IN (SELECT cohort, max(computation) FROM rollup_hourly WHERE whole = 1 GROUP BY cohort)
COMMENT 'Counts of messages by the hour of their earliest event, account, domains, provider, campaign and reason of bounce: what all rates are made of. Add them up, then divide. It follows message_status within seconds, or minutes where there are many millions.';
