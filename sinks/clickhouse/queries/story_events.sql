-- Of each kind no more than a set keeps, which are the earliest and the latest,
-- and those that are held.
SELECT
    event_id, time, kind, reason, account, recipient, email_id, sender, code, enhanced, command, remarks, relay,
    queue_id, next_queue_id, url, user_agent, ip, source, stream, host, instance, file, offset
FROM events FINAL
WHERE message_id = @id AND (event_id IN @held OR event_id IN
(
    SELECT event_id
    FROM
    (
        SELECT
            event_id,
            row_number() OVER (PARTITION BY account, recipient, kind ORDER BY time, event_id) AS place,
            count() OVER (PARTITION BY account, recipient, kind) AS total
        FROM events FINAL
        WHERE message_id = @id AND recipient IN @recipients
    )
    WHERE place <= @keep OR place > total - @keep
))
ORDER BY time, event_id
LIMIT @limit
