-- Those events of the recipients that are kept, or all, and some others. On which days
-- they were is known.
SELECT
    event_id, time, kind, reason, account, recipient, email_id, sender, code, enhanced, command, remarks, relay,
    queue_id, next_queue_id, url, user_agent, ip, confidence, source, stream, host, instance, file, offset
FROM events FINAL
WHERE message_id = @id
    AND time BETWEEN fromUnixTimestamp64Milli(toInt64(@first)) AND fromUnixTimestamp64Milli(toInt64(@last))
    AND (@all OR toDate(time) IN @days)
    AND (event_id IN @events OR @few AND recipient IN @recipients)
ORDER BY time, event_id
LIMIT @limit
