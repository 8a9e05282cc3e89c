-- What is known by a message id at all, and when it was. Events may have been
-- deleted before what became of the message, which tables keep longer.
SELECT count() AS known, min(first) AS first, max(last) AS last
FROM
(
    SELECT time AS first, time AS last FROM events WHERE message_id = @id
    UNION ALL
    SELECT first_at AS first, last_at AS last FROM message_status FINAL WHERE message_id = @id
)
