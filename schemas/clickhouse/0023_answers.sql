-- Rates are ratios of messages: add up the counts and divide, never average rates.
CREATE OR REPLACE VIEW open_rates AS
SELECT
    toDate(h.hour) AS day, h.hour AS hour,
    h.account AS account, h.sender_domain AS sender_domain, h.recipient_domain AS recipient_domain, h.provider AS provider, h.campaign AS campaign,
    sum(h.messages) AS messages,
    sum(h.delivered) AS delivered,
    sum(h.open_tracked) AS open_tracked,
    sum(h.click_tracked) AS click_tracked,
    sum(h.opened) AS opened,
    sum(h.opened_with_machines) AS opened_with_machines,
    sum(h.clicked) AS clicked,
    sum(h.clicked_with_machines) AS clicked_with_machines,
    sum(h.complained) AS complained,
    sum(h.unsubscribed) AS unsubscribed,
    if(open_tracked = 0, 0, opened / open_tracked) AS open_rate,
    if(open_tracked = 0, 0, opened_with_machines / open_tracked) AS open_rate_with_machines,
    if(click_tracked = 0, 0, clicked / click_tracked) AS click_rate,
    if(click_tracked = 0, 0, clicked_with_machines / click_tracked) AS click_rate_with_machines
FROM hourly AS h
GROUP BY hour, account, sender_domain, recipient_domain, provider, campaign
COMMENT 'Opened ÷ delivered messages of accounts with open tracking (open_tracked), clicked ÷ delivered messages of accounts with click tracking (click_tracked), by the hour of their earliest event. Delivered includes what came back later.';

CREATE OR REPLACE VIEW bounce_rates AS
SELECT
    toDate(h.hour) AS day, h.hour AS hour,
    h.account AS account, h.sender_domain AS sender_domain, h.recipient_domain AS recipient_domain, h.provider AS provider, h.campaign AS campaign,
    sum(h.messages) AS messages,
    sum(h.ended) AS ended,
    sum(h.bounced) AS bounced,
    sumIf(h.bounced, h.class = 'hard') AS hard,
    sumIf(h.bounced, h.class = 'soft') AS soft,
    sum(h.returned) AS returned,
    sum(h.expired) AS expired,
    if(ended = 0, 0, bounced / ended) AS bounce_rate
FROM hourly AS h
GROUP BY hour, account, sender_domain, recipient_domain, provider, campaign
COMMENT 'Bounced or returned ÷ delivered, bounced or expired messages (ended), by the hour of their earliest event.';

CREATE OR REPLACE VIEW bounce_reasons AS
SELECT
    toDate(m.cohort) AS day, m.cohort AS hour,
    m.account AS account, m.sender_domain AS sender_domain, m.recipient_domain AS recipient_domain, m.provider AS provider, m.campaign AS campaign,
    m.reason AS reason, m.class AS class, m.fault AS fault,
    count() AS messages,
    any(m.remarks) AS example
FROM messages AS m
WHERE m.bounced_at IS NOT NULL
GROUP BY hour, account, sender_domain, recipient_domain, provider, campaign, reason, class, fault
COMMENT 'Why messages bounced, with one reply as an example. Counts of messages; divide them by ended of bounce_rates. Without the examples, the view hourly tells the same sooner.';

CREATE OR REPLACE VIEW deferral_reasons AS
SELECT
    toDate(c.time) AS day, toStartOfHour(c.time) AS hour,
    c.account AS account, c.sender_domain AS sender_domain, c.recipient_domain AS recipient_domain, c.campaign AS campaign,
    c.reason AS reason, c.fault AS fault,
    uniqExact(c.message_id, c.recipient) AS messages,
    any(c.remarks) AS example
FROM history AS c
WHERE c.kind = 'deferred'
GROUP BY day, hour, account, sender_domain, recipient_domain, campaign, reason, fault
COMMENT 'Why messages were put off, by the hour of the first reply that changed their status, with one reply as an example. Counts of messages, no rates.';

-- A storm is told by its provider's own usual: of the hours in which anything was sent
-- there.
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
    FROM hourly AS h
    GROUP BY hour, account, provider
)
WHERE deferred >= 20 AND deferral_rate > 3 * usual_rate AND deferral_rate >= 0.1
COMMENT 'Hours in which a provider put off 20 messages of an account or more, at least a tenth of those of that hour (messages), and more than three times its usual rate: deferred ÷ messages (messages).';

CREATE OR REPLACE VIEW time_to_deliver AS
SELECT
    toDate(m.cohort) AS day, m.cohort AS hour,
    m.account AS account, m.recipient_domain AS recipient_domain, m.provider AS provider, m.campaign AS campaign,
    count() AS messages,
    quantilesExact(0.5, 0.9, 0.99)(greatest(date_diff('ms', m.first_at, assumeNotNull(m.delivered_at)), 0)) AS quantiles,
    quantiles[1] AS median_ms, quantiles[2] AS p90_ms, quantiles[3] AS p99_ms
FROM messages AS m
WHERE m.delivered_at IS NOT NULL
GROUP BY hour, account, recipient_domain, provider, campaign
COMMENT 'Milliseconds from a message''s earliest event to its delivery, of what was delivered. Quantiles cannot be added up: for other groups, ask messages.';

CREATE OR REPLACE VIEW time_to_open AS
SELECT
    toDate(m.cohort) AS day, m.cohort AS hour,
    m.account AS account, m.recipient_domain AS recipient_domain, m.provider AS provider, m.campaign AS campaign,
    count() AS messages,
    quantilesExact(0.5, 0.9, 0.99)(greatest(date_diff('second', assumeNotNull(m.delivered_at), assumeNotNull(m.opened_at)), 0)) AS quantiles,
    quantiles[1] AS median_s, quantiles[2] AS p90_s, quantiles[3] AS p99_s
FROM messages AS m
WHERE m.delivered_at IS NOT NULL AND m.opened_at IS NOT NULL AND m.open_tracking
GROUP BY hour, account, recipient_domain, provider, campaign
COMMENT 'Seconds from delivery to the first open by a person, of what was opened. Quantiles cannot be added up: for other groups, ask messages.';

-- Days are compared with the same day of the week before: a Sunday is no Monday.
CREATE OR REPLACE VIEW daily AS
WITH days AS (
    SELECT
        toDate(h.hour) AS day, h.account AS account,
        sum(h.messages) AS messages, sum(h.delivered) AS delivered, sum(h.ended) AS ended, sum(h.bounced) AS bounced,
        sum(h.open_tracked) AS open_tracked, sum(h.opened) AS opened, sum(h.opened_with_machines) AS opened_with_machines,
        sum(h.complained) AS complained, sum(h.unsubscribed) AS unsubscribed
    FROM hourly AS h
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

-- A reply of policy (5.7.x) suppresses nobody, whatever its words, also where a
-- platform calls it hard.
CREATE OR REPLACE VIEW suppressions AS
SELECT
    account, recipient,
    argMin(why, rank) AS reason,
    argMin(detail, rank) AS detail,
    argMin(happened, rank) AS suppressed_at,
    argMin(message, rank) AS message_id,
    argMin(words, rank) AS remarks,
    arraySort(groupUniqArray(why)) AS reasons,
    count() AS times
FROM (
    SELECT
        m.account AS account, m.recipient AS recipient, m.message_id AS message,
        arrayJoin(arrayFilter(f -> f.3 IS NOT NULL,
        [
            ('complained', '', m.complained_at, ''),
            ('unsubscribed', '', m.unsubscribed_at, ''),
            ('hard_bounced', toString(m.reason), if(m.class = 'hard' AND NOT startsWith(m.enhanced, '5.7.'), m.bounced_at, NULL), m.remarks)
        ])) AS fact,
        fact.1 AS why, fact.2 AS detail, assumeNotNull(fact.3) AS happened, fact.4 AS words,
        (happened, why, message) AS rank
    FROM messages AS m
    WHERE m.complained_at IS NOT NULL OR m.unsubscribed_at IS NOT NULL OR m.class = 'hard'
)
GROUP BY account, recipient
COMMENT 'Addresses that an account should write to no more: they complained, unsubscribed, or bounced hard (never for a reply of policy, 5.7.x), with the first evidence. One row per account and address.';
