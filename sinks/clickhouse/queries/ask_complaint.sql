SELECT
    {{template "ask_dimensions.sql"}}
    sum(h.messages) AS messages, sum(h.delivered) AS delivered,
    sum(h.complained) AS complained, if(delivered = 0, 0, complained / delivered) AS complaint_rate,
    sum(h.unsubscribed) AS unsubscribed, if(delivered = 0, 0, unsubscribed / delivered) AS unsubscribe_rate
{{template "ask_of_hours.sql" .}}
GROUP BY by1, by2, by3, by4
{{if .Among}}HAVING {{template "ask_among.sql"}}{{end}}
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
