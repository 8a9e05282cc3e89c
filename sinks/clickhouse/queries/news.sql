-- What was taken in from an insert on, in the order of inserts, and within one of time:
-- rows as they came, for withdrawals and newer versions are news too. An insert's
-- number is given to it at the moment from which on it is seen, so that none ever
-- comes to be seen behind a greater one. A part's name tells its inserts' least and
-- greatest: without that condition the numbers of all rows were read.
SELECT
    time,
    cityHash64(time, message_id, recipient, account, cause) AS key,
    account, message_id, sender, recipient, subject, campaign,
    [status_before, netcore_before, netcore_feed_before, tipimail_before, unisender_before] AS before,
    [status, netcore, netcore_feed, tipimail, unisender] AS after,
    kind, reason, class, fault, code, enhanced, remarks, url, _block_number AS insert, withdrawn
FROM status_changes
WHERE toUInt64(splitByChar('_', _part)[3]) >= {insert:UInt64} AND insert >= {insert:UInt64}
    AND (insert > {insert:UInt64} OR (time, key) > (fromUnixTimestamp64Milli({behind:Int64}), {behind_key:UInt64}))
ORDER BY insert, time, key
LIMIT {limit:UInt64}
