SELECT
    {{template "ask_dimensions.sql"}}
    uniqExact(c.message_id, c.recipient, c.account) AS deferred
FROM (
    SELECT *, toStartOfHour(time) AS hour, toDate(time) AS day, toMonday(time) AS week, toStartOfMonth(time) AS month, recipient_domain AS domain, '' AS nothing
    FROM history
    WHERE kind = 'deferred' AND time >= fromUnixTimestamp({from:UInt32}) AND time < fromUnixTimestamp({to:UInt32}) AND ({any:Bool} OR account = {owner:String}) AND ({account:String} = '' OR account = {account:String})
) AS c
GROUP BY by1, by2, by3, by4
{{if .Among}}HAVING {{template "ask_among.sql"}}{{end}}
ORDER BY deferred DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
