-- What was taken in since, the oldest first: rows as they came, for withdrawals and
-- newer versions are news too.
SELECT
    time,
    cityHash64(time, message_id, recipient, account, cause) AS key,
    account, message_id, sender, recipient, subject, campaign,
    [status_before, netcore_before, netcore_feed_before, tipimail_before, unisender_before] AS before,
    [status, netcore, netcore_feed, tipimail, unisender] AS after,
    kind, reason, class, fault, code, enhanced, remarks, url, revision, withdrawn
FROM status_changes
WHERE revision >= {since:UInt64}
ORDER BY revision, key
LIMIT {limit:UInt64}
