-- Hours of which the rollup tells something else than message_status does, in one of
-- the ways in which it counts them, the newest first: whatever the reason, they are to
-- be counted anew. Of older ones messages may be missing.
SELECT DISTINCT toUnixTimestamp(cohort) AS hour
FROM
(
    SELECT cohort, arrayJoin([0, 2]) AS way, messages, marks
    FROM (SELECT cohort, toInt64(count()) AS messages, sum(mark) AS marks FROM rollup_counted WHERE cohort >= (SELECT hour FROM counted_from) GROUP BY cohort)
    UNION ALL
    SELECT cohort, whole AS way, -toInt64(sum(messages)) AS messages, -sum(mark) AS marks
    FROM rollup_hourly
    WHERE whole != 1 AND cohort >= (SELECT hour FROM counted_from)
        AND (cohort, computation) IN (SELECT cohort, max(computation) FROM rollup_hourly WHERE whole = 1 GROUP BY cohort)
    GROUP BY cohort, way
)
GROUP BY cohort, way
HAVING sum(messages) != 0 OR sum(marks) != 0
ORDER BY hour DESC
LIMIT {most:UInt32}
