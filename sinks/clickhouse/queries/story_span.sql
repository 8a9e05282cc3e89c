-- What is known by a message id at all to who asks, and when it was. Events may have
-- been deleted before what became of the message, which tables keep longer. Whose an
-- event is, only the message's row says.
WITH own AS (SELECT first_at, last_at FROM message_status FINAL WHERE message_id = @id AND (@any OR account = @account))
SELECT count() AS known, min(first) AS first, max(last) AS last
FROM
(
    SELECT time AS first, time AS last FROM events WHERE message_id = @id AND (@any OR (SELECT count() FROM own) > 0)
    UNION ALL
    SELECT first_at AS first, last_at AS last FROM own
)
