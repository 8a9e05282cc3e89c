-- Of each account that is named, an empty recipient or the two smallest that its
-- events prove to be addressed, or all three.
SELECT DISTINCT account, if(source = 'platform' OR source != 'arf' AND kind IN @creating, recipient, '') AS addressed
FROM events
WHERE message_id = @id AND time BETWEEN fromUnixTimestamp64Milli(toInt64(@first)) AND fromUnixTimestamp64Milli(toInt64(@last))
    AND (@all OR toDate(time) IN @days)
ORDER BY account, addressed
LIMIT 3 BY account
LIMIT @limit
