-- What is known by a message id at all to who asks, when it was, and in which hours.
-- Events may have been deleted before what became of the message, which tables keep
-- longer: the hours are not all, where the message's row tells of earlier or later
-- ones, or events of the first of its days are not kept. Whose an event is, only the
-- message's row says.
WITH
    own AS (SELECT first_at, last_at FROM message_status FINAL WHERE message_id = @id AND (@any OR account = @account)),
    @any OR (SELECT count() FROM own) > 0 AS seen
SELECT
    count() AS known, min(time) AS first, max(time) AS last,
    groupUniqArrayIf(@most + 1)(toUnixTimestamp(toStartOfHour(time)), not_row) AS hours,
    countIf(not_row) > 0 AND first = minIf(time, not_row) AND last = maxIf(time, not_row)
        AND first >= (SELECT max(horizon) FROM retention WHERE what = 'events') AS all_hours
FROM
(
    SELECT time, true AS not_row FROM events WHERE message_id = @id AND seen
    UNION ALL
    SELECT time, true AS not_row FROM timed_changes WHERE message_id = @id AND seen
    UNION ALL
    SELECT arrayJoin([first_at, last_at]) AS time, false AS not_row FROM own
)
