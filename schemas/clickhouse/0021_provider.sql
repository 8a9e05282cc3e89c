-- Whose mailboxes a message went to, as the sink makes it of the rules' table of
-- providers.
ALTER TABLE message_status
    ADD COLUMN IF NOT EXISTS provider LowCardinality(String) DEFAULT 'other' COMMENT 'whose mailboxes they are: by the recipient''s domain where the table of providers has it, else by the server talked to last; other is anybody else, and what was written before this column was there' AFTER recipient_domain;

-- A view keeps the columns that it was made with.
CREATE OR REPLACE VIEW messages AS
SELECT
    * EXCEPT (withdrawn),
    toBool(account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.open_tracking)) AS open_tracking,
    toBool(account NOT IN (SELECT a.account FROM accounts AS a FINAL WHERE NOT a.click_tracking)) AS click_tracking
FROM message_status FINAL
COMMENT 'What became of every message, one row per account, message id and recipient. Columns open_tracking and click_tracking say whether its account has opens and clicks tracked.';
