SELECT
    {{template "ask_dimensions.sql"}}
    sum(h.messages) AS messages, sum(h.deferred) AS deferred, if(messages = 0, 0, deferred / messages) AS deferral_rate,
    sum(h.deferrals) AS deferrals, sum(h.deferred_arrived) AS deferred_arrived, if(deferred = 0, 0, deferred_arrived / deferred) AS arrival_rate,
    sum(h.expired) AS expired
{{template "ask_of_hours.sql" .}}
GROUP BY by1, by2, by3, by4
{{if .Among}}HAVING {{template "ask_among.sql"}}{{end}}
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
