-- Days on which messages began, the newest first. What comes of them later makes no day:
-- programs open old mail, and nobody's, each day.
SELECT DISTINCT day
FROM
(
    SELECT toDate(first_at) AS day FROM message_status WHERE withdrawn = 0
    UNION ALL
    SELECT toDate(cohort) FROM rollup_hourly WHERE whole = 0
)
ORDER BY day DESC
