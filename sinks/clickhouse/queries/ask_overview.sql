SELECT
    {{template "ask_dimensions.sql"}}
    sum(h.messages) AS messages, sum(h.delivered) AS delivered, sum(h.ended) AS ended,
    sum(h.bounced) AS bounced, if(ended = 0, 0, bounced / ended) AS bounce_rate,
    sum(h.open_tracked) AS open_tracked, sum(h.opened) AS opened, if(open_tracked = 0, 0, opened / open_tracked) AS open_rate,
    sum(h.opened_with_machines) AS opened_with_machines,
    sum(h.click_tracked) AS click_tracked, sum(h.clicked) AS clicked, if(click_tracked = 0, 0, clicked / click_tracked) AS click_rate,
    sum(h.complained) AS complained, sum(h.unsubscribed) AS unsubscribed, sum(h.expired) AS expired
{{template "ask_of_hours.sql" .}}
GROUP BY by1, by2, by3, by4
{{if .Among}}HAVING {{template "ask_among.sql"}}{{end}}
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
