-- Most of what rollup_hourly tells is of domains, and most questions are not about
-- them: each computation counts an hour in both ways. What was counted before lacks
-- the second, by which it is found to be stale.
ALTER TABLE rollup_hourly
    COMMENT COLUMN IF EXISTS whole '0: counts; 2: counts of all recipient_domains together; 1: counts nothing, and says that this computation of the hour is whole; bookkeeping';

CREATE OR REPLACE VIEW hourly_by_provider AS
WITH
    account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.open_tracking) AS opens_count,
    account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.click_tracking) AS clicks_count
SELECT
    cohort AS hour, account, sender_domain, provider, campaign, reason, class, fault,
    messages, delivered, ended, bounced, returned, expired, deferred, deferred_arrived, deferrals,
    delivered * opens_count AS open_tracked,
    opened * opens_count AS opened,
    opened_with_machines * opens_count AS opened_with_machines,
    delivered * clicks_count AS click_tracked,
    clicked * clicks_count AS clicked,
    clicked_with_machines * clicks_count AS clicked_with_machines,
    complained, unsubscribed
FROM rollup_hourly
WHERE whole = 2 AND (cohort, computation) IN (SELECT cohort, max(computation) FROM rollup_hourly WHERE whole = 1 GROUP BY cohort)
COMMENT 'As hourly, of all domains of a provider together: the same counts in far fewer rows. Ask it unless you ask for domains of recipients.';

CREATE OR REPLACE VIEW deferral_storms AS
SELECT
    hour, account, provider, messages, deferred,
    if(messages = 0, 0, deferred / messages) AS deferral_rate,
    usual_rate,
    deferred_arrived
FROM (
    SELECT
        h.hour AS hour, h.account AS account, h.provider AS provider,
        sum(h.messages) AS messages, sum(h.deferred) AS deferred, sum(h.deferred_arrived) AS deferred_arrived,
        median(deferred / messages) OVER (PARTITION BY account, provider) AS usual_rate
    FROM hourly_by_provider AS h
    GROUP BY hour, account, provider
)
WHERE deferred >= 20 AND deferral_rate > 3 * usual_rate AND deferral_rate >= 0.1
COMMENT 'Hours in which a provider put off 20 messages of an account or more, at least a tenth of those of that hour (messages), and more than three times its usual rate: deferred ÷ messages (messages).';

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
    if(ended_before = 0, 0, bounced_before / ended_before) AS bounce_rate_before,
    if(open_tracked_before = 0, 0, opened_before / open_tracked_before) AS open_rate_before
FROM days AS d
LEFT JOIN days AS b ON b.account = d.account AND b.day = d.day - 7
COMMENT 'Each day of an account beside the same day of the week before: bounced ÷ delivered, bounced or expired messages (ended) and (ended_before), opened ÷ delivered messages of accounts with open tracking (open_tracked) and (open_tracked_before).';
