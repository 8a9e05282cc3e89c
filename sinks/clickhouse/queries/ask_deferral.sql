SELECT
    toString({by1:Identifier}) AS by1, toString({by2:Identifier}) AS by2, toString({by3:Identifier}) AS by3, toString({by4:Identifier}) AS by4,
    sum(h.messages) AS messages, sum(h.deferred) AS deferred, if(messages = 0, 0, deferred / messages) AS deferral_rate,
    sum(h.deferrals) AS deferrals, sum(h.deferred_arrived) AS deferred_arrived, if(deferred = 0, 0, deferred_arrived / deferred) AS arrival_rate,
    sum(h.expired) AS expired
FROM (
    SELECT *, toDate(hour) AS day, toMonday(hour) AS week, toStartOfMonth(hour) AS month, recipient_domain AS domain, '' AS nothing
    FROM hourly
    WHERE toUnixTimestamp(hour) >= {from:UInt32} AND toUnixTimestamp(hour) < {to:UInt32} AND ({account:String} = '' OR account = {account:String})
) AS h
GROUP BY by1, by2, by3, by4
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
