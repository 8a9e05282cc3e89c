-- Days of which there is anything, the newest first: partitions tell of the two trails.
SELECT DISTINCT day
FROM
(
    SELECT toDateOrZero(partition) AS day FROM system.parts WHERE database = currentDatabase() AND table IN ('events', 'status_changes') AND active AND rows > 0
    UNION ALL
    SELECT arrayJoin([toDate(first_at), toDate(last_at)]) FROM message_status WHERE withdrawn = 0
    UNION ALL
    SELECT toDate(cohort) FROM rollup_hourly WHERE whole = 0
)
ORDER BY day DESC
