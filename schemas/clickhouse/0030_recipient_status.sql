-- What messages say of their recipients, which few do: the list of suppressed addresses
-- is made of these rows, and not of all messages. They are sorted as that list is, so a
-- page of it is a range of them; and an address is found in all accounts by the key too,
-- because an account is a range of the key that the address then narrows.
CREATE TABLE IF NOT EXISTS recipient_status
(
    account          LowCardinality(String)        COMMENT 'whose message it is; default where nobody says',
    recipient        String                        COMMENT 'the address that the sender wrote, in lower case, its domain as A-labels',
    message_id       String                        COMMENT 'Message-ID without angle brackets, or the platform''s own id',
    recipient_domain LowCardinality(String)        COMMENT 'what follows the last @ of the recipient',
    complained_at    Nullable(DateTime64(3, 'UTC')) COMMENT 'reported as spam; NULL is never',
    unsubscribed_at  Nullable(DateTime64(3, 'UTC')) COMMENT 'unsubscribed; NULL is never',
    hard_bounced_at  Nullable(DateTime64(3, 'UTC')) COMMENT 'bounced or sent back in the newest attempt, because the address is bad and not for a reply of policy (5.7.x); NULL is not',
    reason           LowCardinality(String)        COMMENT 'of that bounce; empty where there is none',
    remarks          String                        COMMENT 'the words of that bounce''s reply' CODEC(ZSTD(3)),
    revision         UInt64                        COMMENT 'of several versions of a row the greatest is true; bookkeeping' CODEC(T64, ZSTD(1)),
    withdrawn        UInt8                         COMMENT '1: the message says nothing of its recipient, and may have done so before; FINAL hides the row',
    INDEX recipient_words lower(recipient) TYPE text(tokenizer = splitByNonAlpha)
)
ENGINE = ReplacingMergeTree(revision, withdrawn)
ORDER BY (account, recipient, message_id)
SETTINGS index_granularity = 256, default_compression_codec = 'ZSTD(1)'
COMMENT 'Messages that say something of their recipients: that they complained, unsubscribed, or bounced hard (never for a reply of policy, 5.7.x). One row per account, recipient and message id. Read it FINAL, or read the views suppression_facts and suppressions.';

-- What is said by now. It has the revisions of the messages' rows, so that what a sink
-- writes from where it has got to is newer, and to fill the table twice changes nothing.
INSERT INTO recipient_status
SELECT
    account, recipient, message_id, recipient_domain, complained_at, unsubscribed_at,
    if(class = 'hard' AND NOT startsWith(enhanced, '5.7.'), bounced_at, NULL) AS hard_bounced_at,
    if(hard_bounced_at IS NULL, '', toString(reason)), if(hard_bounced_at IS NULL, '', remarks), revision, 0
FROM message_status FINAL
WHERE complained_at IS NOT NULL OR unsubscribed_at IS NOT NULL OR hard_bounced_at IS NOT NULL;

CREATE OR REPLACE VIEW suppression_facts AS
SELECT
    account, recipient, recipient_domain, message_id,
    fact.1 AS reason, fact.2 AS detail, assumeNotNull(fact.3) AS suppressed_at, fact.4 AS remarks
FROM (
    SELECT
        s.account AS account, s.recipient AS recipient, s.recipient_domain AS recipient_domain, s.message_id AS message_id,
        arrayJoin(arrayFilter(f -> f.3 IS NOT NULL,
        [
            ('complained', '', s.complained_at, ''),
            ('unsubscribed', '', s.unsubscribed_at, ''),
            ('hard_bounced', toString(s.reason), s.hard_bounced_at, s.remarks)
        ])) AS fact
    FROM recipient_status AS s FINAL
)
COMMENT 'Messages whose recipients complained, unsubscribed, or bounced hard (never for a reply of policy, 5.7.x): one row per message and reason. Ask suppressions for addresses.';

-- The first of what happened is found once, for all that is told of it.
CREATE OR REPLACE VIEW suppressions AS
SELECT
    account, recipient,
    first.2 AS reason, first.4 AS detail, first.1 AS suppressed_at, first.3 AS message_id, first.5 AS remarks,
    reasons, times
FROM (
    SELECT
        f.account AS account, f.recipient AS recipient,
        min((f.suppressed_at, f.reason, f.message_id, f.detail, f.remarks)) AS first,
        arraySort(groupUniqArray(f.reason)) AS reasons,
        count() AS times
    FROM suppression_facts AS f
    GROUP BY account, recipient
)
COMMENT 'Addresses that an account should write to no more: they complained, unsubscribed, or bounced hard (never for a reply of policy, 5.7.x), with the first evidence. One row per account and address.';
