-- What machines did is counted apart; by which rules it was told from people's doing
-- stands beside it.
ALTER TABLE message_status
    ADD COLUMN IF NOT EXISTS machine_rules Array(LowCardinality(String)) COMMENT 'what machines did, and the rules that say so (mailfate classify --machines), as machine_opened apple.mpp' AFTER machine_clicks;

CREATE OR REPLACE VIEW messages AS
SELECT
    * EXCEPT (withdrawn),
    toBool(account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.open_tracking)) AS open_tracking,
    toBool(account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.click_tracking)) AS click_tracking
FROM message_status FINAL
COMMENT 'What became of every message, one row per account, message id and recipient. Columns open_tracking and click_tracking say whether its account has opens and clicks tracked.';

CREATE OR REPLACE VIEW machine_hits AS
SELECT
    toDate(cohort) AS day,
    account,
    recipient_domain,
    splitByChar(' ', told)[2] AS rule,
    splitByChar(' ', told)[1] AS kind,
    count() AS messages
FROM messages
ARRAY JOIN machine_rules AS told
GROUP BY day, account, recipient_domain, rule, kind
COMMENT 'Messages with hits that a rule took for a machine''s doing, by rule and kind. A message of which several rules took some is counted with each.';
