-- The words of the providers, beside mailfate's own.
ALTER TABLE message_status
    ADD COLUMN IF NOT EXISTS netcore            LowCardinality(String) DEFAULT 'none' COMMENT 'what Netcore''s status API would say; see status_meanings' AFTER status,
    ADD COLUMN IF NOT EXISTS netcore_feed       LowCardinality(String) DEFAULT 'none' COMMENT 'what Netcore''s Live Feeds would say; see status_meanings' AFTER netcore,
    ADD COLUMN IF NOT EXISTS tipimail           LowCardinality(String) DEFAULT 'none' COMMENT 'what Tipimail would say; see status_meanings' AFTER netcore_feed,
    ADD COLUMN IF NOT EXISTS unisender          LowCardinality(String) DEFAULT 'none' COMMENT 'what UniSender''s checkEmail would say; see status_meanings' AFTER tipimail,
    ADD COLUMN IF NOT EXISTS netcore_final      Bool COMMENT 'only a new attempt changes netcore' AFTER status_final,
    ADD COLUMN IF NOT EXISTS netcore_feed_final Bool COMMENT 'only a new attempt changes netcore_feed' AFTER netcore_final,
    ADD COLUMN IF NOT EXISTS tipimail_final     Bool COMMENT 'only a new attempt changes tipimail' AFTER netcore_feed_final,
    ADD COLUMN IF NOT EXISTS unisender_final    Bool COMMENT 'only a new attempt changes unisender' AFTER tipimail_final;

ALTER TABLE status_changes
    ADD COLUMN IF NOT EXISTS netcore_before      LowCardinality(String) DEFAULT 'none' COMMENT 'netcore before' AFTER status,
    ADD COLUMN IF NOT EXISTS netcore             LowCardinality(String) DEFAULT 'none' COMMENT 'what Netcore''s status API would say from then on' AFTER netcore_before,
    ADD COLUMN IF NOT EXISTS netcore_feed_before LowCardinality(String) DEFAULT 'none' COMMENT 'netcore_feed before' AFTER netcore,
    ADD COLUMN IF NOT EXISTS netcore_feed        LowCardinality(String) DEFAULT 'none' COMMENT 'what Netcore''s Live Feeds would say from then on' AFTER netcore_feed_before,
    ADD COLUMN IF NOT EXISTS tipimail_before     LowCardinality(String) DEFAULT 'none' COMMENT 'tipimail before' AFTER netcore_feed,
    ADD COLUMN IF NOT EXISTS tipimail            LowCardinality(String) DEFAULT 'none' COMMENT 'what Tipimail would say from then on' AFTER tipimail_before,
    ADD COLUMN IF NOT EXISTS unisender_before    LowCardinality(String) DEFAULT 'none' COMMENT 'unisender before' AFTER tipimail,
    ADD COLUMN IF NOT EXISTS unisender           LowCardinality(String) DEFAULT 'none' COMMENT 'what UniSender''s checkEmail would say from then on' AFTER unisender_before,
    ADD COLUMN IF NOT EXISTS netcore_final       Bool COMMENT 'only a new attempt changes netcore' AFTER status_final,
    ADD COLUMN IF NOT EXISTS netcore_feed_final  Bool COMMENT 'only a new attempt changes netcore_feed' AFTER netcore_final,
    ADD COLUMN IF NOT EXISTS tipimail_final      Bool COMMENT 'only a new attempt changes tipimail' AFTER netcore_feed_final,
    ADD COLUMN IF NOT EXISTS unisender_final     Bool COMMENT 'only a new attempt changes unisender' AFTER tipimail_final;

-- A view keeps the columns that it was made with.
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
