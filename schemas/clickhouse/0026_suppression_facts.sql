-- What suppresses an address, message by message, so that the list of some addresses
-- can be made of their messages alone: view suppressions reads all there are.
-- A reply of policy (5.7.x) suppresses nobody, whatever its words, also where a
-- platform calls it hard.
CREATE OR REPLACE VIEW suppression_facts AS
SELECT
    account, recipient, recipient_domain, message_id,
    fact.1 AS reason, fact.2 AS detail, assumeNotNull(fact.3) AS suppressed_at, fact.4 AS remarks
FROM (
    SELECT
        m.account AS account, m.recipient AS recipient, m.recipient_domain AS recipient_domain, m.message_id AS message_id,
        arrayJoin(arrayFilter(f -> f.3 IS NOT NULL,
        [
            ('complained', '', m.complained_at, ''),
            ('unsubscribed', '', m.unsubscribed_at, ''),
            ('hard_bounced', toString(m.reason), if(m.class = 'hard' AND NOT startsWith(m.enhanced, '5.7.'), m.bounced_at, NULL), m.remarks)
        ])) AS fact
    FROM message_status AS m FINAL
    WHERE m.complained_at IS NOT NULL OR m.unsubscribed_at IS NOT NULL OR m.class = 'hard'
)
COMMENT 'Messages whose recipients complained, unsubscribed, or bounced hard (never for a reply of policy, 5.7.x): one row per message and reason. Ask for message_ids; ask suppressions for addresses.';

CREATE OR REPLACE VIEW suppressions AS
SELECT
    f.account AS account, f.recipient AS recipient,
    argMin(f.reason, rank) AS reason,
    argMin(f.detail, rank) AS detail,
    argMin(f.suppressed_at, rank) AS suppressed_at,
    argMin(f.message_id, rank) AS message_id,
    argMin(f.remarks, rank) AS remarks,
    arraySort(groupUniqArray(f.reason)) AS reasons,
    count() AS times
FROM (SELECT *, (suppressed_at, reason, message_id) AS rank FROM suppression_facts) AS f
GROUP BY account, recipient
COMMENT 'Addresses that an account should write to no more: they complained, unsubscribed, or bounced hard (never for a reply of policy, 5.7.x), with the first evidence. One row per account and address.';
