SELECT
    toString({by1:Identifier}) AS by1, toString({by2:Identifier}) AS by2, toString({by3:Identifier}) AS by3, toString({by4:Identifier}) AS by4,
    toString({column:Identifier}) AS status, count() AS messages,
    messages / sum(messages) OVER (PARTITION BY by1, by2, by3, by4) AS share
FROM (
    SELECT *, cohort AS hour, toDate(cohort) AS day, toMonday(cohort) AS week, toStartOfMonth(cohort) AS month, recipient_domain AS domain, '' AS nothing
    FROM messages
    WHERE toUnixTimestamp(cohort) >= {from:UInt32} AND toUnixTimestamp(cohort) < {to:UInt32} AND ({account:String} = '' OR account = {account:String})
) AS m
GROUP BY by1, by2, by3, by4, status
ORDER BY messages DESC, by1, by2, by3, by4, status
LIMIT {limit:UInt32}
