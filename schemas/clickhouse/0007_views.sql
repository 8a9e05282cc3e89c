-- What analysts read. A view is made anew by every migration that adds a column
-- to its table, because it keeps the columns that it was made with.
CREATE OR REPLACE VIEW messages AS
SELECT
    * EXCEPT (withdrawn),
    toBool(account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.open_tracking)) AS open_tracking,
    toBool(account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.click_tracking)) AS click_tracking
FROM message_status FINAL
COMMENT 'What became of every message, one row per account, message id and recipient. Columns open_tracking and click_tracking say whether its account has opens and clicks tracked.';

CREATE OR REPLACE VIEW history AS
SELECT * EXCEPT (withdrawn)
FROM status_changes FINAL
COMMENT 'Every change of every message''s status. Ask for a message_id or for a range of time.';

-- Rates are ratios of messages: add up the counts and divide, never average rates.
-- What an account does not track is in neither part of a ratio: an open from before
-- tracking was turned off must not make a rate above 1.
CREATE OR REPLACE VIEW open_rates AS
SELECT
    toDate(cohort) AS day,
    account,
    sender_domain,
    recipient_domain,
    campaign,
    count() AS messages,
    count(delivered_at) AS delivered,
    countIf(delivered_at IS NOT NULL AND open_tracking) AS open_tracked,
    countIf(delivered_at IS NOT NULL AND click_tracking) AS click_tracked,
    countIf(opens > 0 AND open_tracking) AS opened,
    countIf((opens > 0 OR machine_opens > 0) AND open_tracking) AS opened_with_machines,
    countIf(clicks > 0 AND click_tracking) AS clicked,
    countIf((clicks > 0 OR machine_clicks > 0) AND click_tracking) AS clicked_with_machines,
    count(complained_at) AS complained,
    count(unsubscribed_at) AS unsubscribed,
    if(open_tracked = 0, 0, opened / open_tracked) AS open_rate,
    if(open_tracked = 0, 0, opened_with_machines / open_tracked) AS open_rate_with_machines,
    if(click_tracked = 0, 0, clicked / click_tracked) AS click_rate,
    if(click_tracked = 0, 0, clicked_with_machines / click_tracked) AS click_rate_with_machines
FROM messages
GROUP BY day, account, sender_domain, recipient_domain, campaign
COMMENT 'Opened ÷ delivered messages of accounts with open tracking (open_tracked), clicked ÷ delivered messages of accounts with click tracking (click_tracked), by the day of their earliest event. Delivered includes what came back later.';

CREATE OR REPLACE VIEW bounce_rates AS
SELECT
    toDate(cohort) AS day,
    account,
    sender_domain,
    recipient_domain,
    campaign,
    count() AS messages,
    countIf(delivered_at IS NOT NULL OR bounced_at IS NOT NULL OR expired_at IS NOT NULL) AS ended,
    count(bounced_at) AS bounced,
    countIf(class = 'hard') AS hard,
    countIf(class = 'soft') AS soft,
    if(ended = 0, 0, bounced / ended) AS bounce_rate
FROM messages
GROUP BY day, account, sender_domain, recipient_domain, campaign
COMMENT 'Bounced or returned ÷ delivered, bounced or expired messages (ended), by the day of their earliest event.';

CREATE OR REPLACE VIEW bounce_reasons AS
SELECT
    toDate(cohort) AS day,
    account,
    sender_domain,
    recipient_domain,
    reason,
    class,
    fault,
    count() AS messages,
    any(remarks) AS example
FROM messages
WHERE bounced_at IS NOT NULL
GROUP BY day, account, sender_domain, recipient_domain, reason, class, fault
COMMENT 'Why messages bounced, with one reply as an example. Counts of messages; divide them by ended of bounce_rates.';

CREATE OR REPLACE VIEW deferral_reasons AS
SELECT
    toDate(time) AS day,
    account,
    sender_domain,
    recipient_domain,
    reason,
    fault,
    uniqExact(account, message_id, recipient) AS messages,
    any(remarks) AS example
FROM history
WHERE kind = 'deferred'
GROUP BY day, account, sender_domain, recipient_domain, reason, fault
COMMENT 'Why messages were put off, by the day of the first reply that changed their status, with one reply as an example. Counts of messages, no rates.';
