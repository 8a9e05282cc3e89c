SELECT
    toString({by1:Identifier}) AS by1, toString({by2:Identifier}) AS by2, toString({by3:Identifier}) AS by3, toString({by4:Identifier}) AS by4,
    count() AS messages,
    quantilesExact(0.5, 0.9, 0.99)(toUInt64(greatest(date_diff('ms', m.first_at, assumeNotNull(m.delivered_at)), 0))) AS q,
    q[1] AS median_ms, q[2] AS p90_ms, q[3] AS p99_ms,
    countIf(m.deferrals > 0) AS deferred
FROM (
    SELECT *, cohort AS hour, toDate(cohort) AS day, toMonday(cohort) AS week, toStartOfMonth(cohort) AS month, recipient_domain AS domain, '' AS nothing
    FROM messages
    WHERE toUnixTimestamp(cohort) >= {from:UInt32} AND toUnixTimestamp(cohort) < {to:UInt32} AND ({account:String} = '' OR account = {account:String})
) AS m
WHERE m.delivered_at IS NOT NULL
GROUP BY by1, by2, by3, by4
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
