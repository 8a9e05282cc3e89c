SELECT
    {{template "ask_dimensions.sql"}}
    toString({column:Identifier}) AS status, count() AS messages,
    messages / sum(messages) OVER (PARTITION BY by1, by2, by3, by4) AS share
{{template "ask_of_messages.sql"}}
GROUP BY by1, by2, by3, by4, status
{{if .Among}}HAVING {{template "ask_among.sql"}}{{end}}
ORDER BY messages DESC, by1, by2, by3, by4, status
LIMIT {limit:UInt32}
