-- Of each kind no more than a set keeps, which are the earliest and the latest, and of
-- some agents too. Place is the how manieth of its kind an event is.
SELECT event_id, place
FROM
(
    SELECT
        time,
        event_id,
        row_number() OVER (PARTITION BY account, recipient, kind ORDER BY time, event_id) AS place,
        count() OVER (PARTITION BY account, recipient, kind) AS total,
        dense_rank() OVER (PARTITION BY account, recipient, kind ORDER BY user_agent) AS agent,
        row_number() OVER (PARTITION BY account, recipient, kind, user_agent ORDER BY time, event_id) AS of_agent,
        count() OVER (PARTITION BY account, recipient, kind, user_agent) AS total_of_agent
    FROM events FINAL
    WHERE message_id = @id AND recipient IN @recipients
        AND time BETWEEN fromUnixTimestamp64Milli(toInt64(@first)) AND fromUnixTimestamp64Milli(toInt64(@last))
        AND (@all OR toDate(time) IN @days)
)
WHERE place <= @keep OR place > total - @keep OR agent <= @agents AND of_agent IN (1, total_of_agent)
ORDER BY time, event_id
LIMIT @limit
