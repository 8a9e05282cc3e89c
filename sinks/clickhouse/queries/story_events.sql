-- Of each kind no more than a set keeps, which are the earliest and the latest,
-- of some agents too, and those that are held. Place is the how manieth of its
-- kind an event is. When they were is known: not all days are looked into.
WITH kept AS
(
    SELECT event_id, place
    FROM
    (
        SELECT
            event_id,
            row_number() OVER (PARTITION BY account, recipient, kind ORDER BY time, event_id) AS place,
            count() OVER (PARTITION BY account, recipient, kind) AS total,
            dense_rank() OVER (PARTITION BY account, recipient, kind ORDER BY user_agent) AS agent,
            row_number() OVER (PARTITION BY account, recipient, kind, user_agent ORDER BY time, event_id) AS of_agent,
            count() OVER (PARTITION BY account, recipient, kind, user_agent) AS total_of_agent
        FROM events FINAL
        WHERE message_id = @id AND recipient IN @recipients
            AND time BETWEEN fromUnixTimestamp64Milli(toInt64(@first)) AND fromUnixTimestamp64Milli(toInt64(@last))
    )
    WHERE place <= @keep OR place > total - @keep OR agent <= @agents AND of_agent IN (1, total_of_agent)
)
SELECT e.*, kept.place AS place
FROM
(
    SELECT
        event_id, time, kind, reason, account, recipient, email_id, sender, code, enhanced, command, remarks, relay,
        queue_id, next_queue_id, url, user_agent, ip, confidence, source, stream, host, instance, file, offset
    FROM events FINAL
    WHERE message_id = @id AND time BETWEEN fromUnixTimestamp64Milli(toInt64(@first)) AND fromUnixTimestamp64Milli(toInt64(@last))
        AND (event_id IN @held OR event_id IN (SELECT event_id FROM kept))
) AS e
LEFT JOIN kept ON e.event_id = kept.event_id
ORDER BY time, event_id
LIMIT @limit
