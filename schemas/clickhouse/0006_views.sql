-- What analysts read. A view is made anew by every migration that adds a column
-- to its table, because it keeps the columns that it was made with.
CREATE OR REPLACE VIEW messages AS
SELECT * EXCEPT (withdrawn)
FROM message_status FINAL
COMMENT 'What became of every message, one row per account, message id and recipient.';

CREATE OR REPLACE VIEW history AS
SELECT * EXCEPT (withdrawn)
FROM status_changes FINAL
COMMENT 'Every change of every message''s status. Ask for a message_id or for a range of time.';

-- Rates are ratios of messages: add up the counts and divide, never average rates.
CREATE OR REPLACE VIEW open_rates AS
SELECT
    toDate(cohort) AS day,
    account,
    sender_domain,
    recipient_domain,
    campaign,
    count() AS messages,
    count(delivered_at) AS delivered,
    countIf(opens > 0) AS opened,
    countIf(opens > 0 OR machine_opens > 0) AS opened_with_machines,
    countIf(clicks > 0) AS clicked,
    count(complained_at) AS complained,
    count(unsubscribed_at) AS unsubscribed,
    if(delivered = 0, 0, opened / delivered) AS open_rate,
    if(delivered = 0, 0, opened_with_machines / delivered) AS open_rate_with_machines
FROM messages
GROUP BY day, account, sender_domain, recipient_domain, campaign
COMMENT 'Opened ÷ delivered messages, by the day of their earliest event.';

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
COMMENT 'Bounced or returned ÷ delivered, bounced or expired messages, by the day of their earliest event.';

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
COMMENT 'Why messages bounced, with one reply as an example.';

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
COMMENT 'Why messages were put off, by the day of the first reply that changed their status, with one reply as an example.';
