-- How far each stream has come is asked every minute, and the trail is long: it is kept
-- as events come in. A stream stays when retention has dropped the last of its events:
-- that it has been silent for so long is what one wants to know.
CREATE TABLE IF NOT EXISTS stream_news
(
    stream      LowCardinality(String)                             COMMENT 'the stream whose clock judges the events'' timers',
    newest_at   SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'when the newest of its events happened',
    taken_in_at SimpleAggregateFunction(max, DateTime('UTC'))      COMMENT 'the second in which one of them was published last'
)
ENGINE = AggregatingMergeTree
ORDER BY stream
COMMENT 'How far each stream has come. Ask it with max() by stream. Made of events.';

CREATE MATERIALIZED VIEW IF NOT EXISTS stream_news_made TO stream_news AS
SELECT stream, max(time) AS newest_at, max(ingested_at) AS taken_in_at
FROM events
WHERE stream != ''
GROUP BY stream
COMMENT 'Keeps stream_news; ask that.';

INSERT INTO stream_news (stream, newest_at, taken_in_at)
SELECT stream, max(time), max(ingested_at)
FROM events
WHERE stream != ''
GROUP BY stream;

-- A rate before of which there was nothing is unknown: as 0 it would make every rate of
-- today look worse.
CREATE OR REPLACE VIEW daily AS
WITH days AS (
    SELECT
        toDate(h.hour) AS day, h.account AS account,
        sum(h.messages) AS messages, sum(h.delivered) AS delivered, sum(h.ended) AS ended, sum(h.bounced) AS bounced,
        sum(h.open_tracked) AS open_tracked, sum(h.opened) AS opened, sum(h.opened_with_machines) AS opened_with_machines,
        sum(h.complained) AS complained, sum(h.unsubscribed) AS unsubscribed
    FROM hourly_by_provider AS h
    GROUP BY day, account
)
SELECT
    d.day AS day, d.account AS account,
    d.messages AS messages, d.delivered AS delivered, d.ended AS ended, d.bounced AS bounced,
    d.open_tracked AS open_tracked, d.opened AS opened, d.opened_with_machines AS opened_with_machines,
    d.complained AS complained, d.unsubscribed AS unsubscribed,
    if(ended = 0, 0, bounced / ended) AS bounce_rate,
    if(open_tracked = 0, 0, opened / open_tracked) AS open_rate,
    ifNull(b.messages, 0) AS messages_before, ifNull(b.delivered, 0) AS delivered_before,
    ifNull(b.ended, 0) AS ended_before, ifNull(b.bounced, 0) AS bounced_before,
    ifNull(b.open_tracked, 0) AS open_tracked_before, ifNull(b.opened, 0) AS opened_before,
    bounced_before / nullIf(ended_before, 0) AS bounce_rate_before,
    opened_before / nullIf(open_tracked_before, 0) AS open_rate_before
FROM days AS d
LEFT JOIN days AS b ON b.account = d.account AND b.day = d.day - 7
COMMENT 'Each day of an account beside the same day of the week before: bounced ÷ delivered, bounced or expired messages (ended) and (ended_before), opened ÷ delivered messages of accounts with open tracking (open_tracked) and (open_tracked_before). A rate before of which there was nothing is NULL.';
