SELECT
    {{template "ask_dimensions.sql"}}
    count() AS messages,
    quantilesExact(0.5, 0.9, 0.99)(toUInt64(greatest(date_diff('ms', m.first_at, assumeNotNull(m.delivered_at)), 0))) AS q,
    q[1] AS median_ms, q[2] AS p90_ms, q[3] AS p99_ms,
    countIf(m.deferrals > 0) AS deferred
{{template "ask_of_messages.sql"}}
WHERE m.delivered_at IS NOT NULL
GROUP BY by1, by2, by3, by4
{{if .Among}}HAVING {{template "ask_among.sql"}}{{end}}
ORDER BY messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
