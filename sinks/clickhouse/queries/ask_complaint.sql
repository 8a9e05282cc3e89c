SELECT
    toString({by1:Identifier}) AS by1, toString({by2:Identifier}) AS by2, toString({by3:Identifier}) AS by3, toString({by4:Identifier}) AS by4,
    sum(h.messages) AS messages, sum(h.delivered) AS delivered,
    sum(h.complained) AS complained, if(delivered = 0, 0, complained / delivered) AS complaint_rate,
    sum(h.unsubscribed) AS unsubscribed, if(delivered = 0, 0, unsubscribed / delivered) AS unsubscribe_rate
FROM (
    SELECT *, toDate(hour) AS day, toMonday(hour) AS week, toStartOfMonth(hour) AS month, recipient_domain AS domain, '' AS nothing
    FROM hourly
    WHERE toUnixTimestamp(hour) >= {from:UInt32} AND toUnixTimestamp(hour) < {to:UInt32} AND ({account:String} = '' OR account = {account:String})
) AS h
GROUP BY by1, by2, by3, by4
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
