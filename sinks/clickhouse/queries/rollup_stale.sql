-- Hours of which the rollup tells something else than message_status does, the newest
-- first: whatever the reason, they are to be counted anew.
SELECT toUnixTimestamp(cohort) AS hour
FROM
(
    SELECT cohort, toInt64(count()) AS messages, sum(mark) AS marks
    FROM rollup_counted
    GROUP BY cohort
    UNION ALL
    SELECT cohort, -toInt64(sum(messages)) AS messages, -sum(mark) AS marks
    FROM rollup_hourly
    WHERE whole = 0 AND (cohort, computation) IN (SELECT cohort, max(computation) FROM rollup_hourly WHERE whole = 1 GROUP BY cohort)
    GROUP BY cohort
)
GROUP BY cohort
HAVING sum(messages) != 0 OR sum(marks) != 0
ORDER BY cohort DESC
LIMIT {most:UInt32}
