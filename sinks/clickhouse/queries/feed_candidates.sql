-- The newest rows that fit, whichever version of a change they are: where a page may
-- lie. Without FINAL an index or a few columns find them at once.
SELECT
    time,
    cityHash64(time, message_id, recipient, account, cause) AS key,
    message_id
FROM status_changes
WHERE NOT withdrawn AND {{template "conditions" .}}
ORDER BY time DESC, key DESC
LIMIT {limit:UInt64}
