SELECT
    toString({by1:Identifier}) AS by1, toString({by2:Identifier}) AS by2, toString({by3:Identifier}) AS by3, toString({by4:Identifier}) AS by4,
    sum(h.messages) AS messages, sum(h.delivered) AS delivered, sum(h.ended) AS ended,
    sum(h.bounced) AS bounced, if(ended = 0, 0, bounced / ended) AS bounce_rate,
    sum(h.open_tracked) AS open_tracked, sum(h.opened) AS opened, if(open_tracked = 0, 0, opened / open_tracked) AS open_rate,
    sum(h.opened_with_machines) AS opened_with_machines,
    sum(h.click_tracked) AS click_tracked, sum(h.clicked) AS clicked, if(click_tracked = 0, 0, clicked / click_tracked) AS click_rate,
    sum(h.complained) AS complained, sum(h.unsubscribed) AS unsubscribed, sum(h.expired) AS expired
FROM (
    SELECT *, toDate(hour) AS day, toMonday(hour) AS week, toStartOfMonth(hour) AS month, recipient_domain AS domain, '' AS nothing
    FROM hourly
    WHERE toUnixTimestamp(hour) >= {from:UInt32} AND toUnixTimestamp(hour) < {to:UInt32} AND ({account:String} = '' OR account = {account:String})
) AS h
GROUP BY by1, by2, by3, by4
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
