-- A reason is one of messages that bounced, and its rate is of all that ended: so the
-- denominator is that of the row without its reason, class and fault (of1 to of4).
SELECT
    {{template "ask_dimensions.sql"}}
    sum(h.messages) AS messages,
    sum(sum(h.ended)) OVER (PARTITION BY toString({of1:Identifier}), toString({of2:Identifier}), toString({of3:Identifier}), toString({of4:Identifier})) AS ended,
    sum(h.bounced) AS bounced, if(ended = 0, 0, bounced / ended) AS bounce_rate,
    sumIf(h.bounced, h.class = 'hard') AS hard, sumIf(h.bounced, h.class = 'soft') AS soft,
    sum(h.returned) AS returned
{{template "ask_of_hours.sql" .}}
GROUP BY by1, by2, by3, by4, toString({of1:Identifier}), toString({of2:Identifier}), toString({of3:Identifier}), toString({of4:Identifier})
QUALIFY (bounced > 0 OR NOT {bounces:Bool}){{if .Among}} AND {{template "ask_among.sql"}}{{end}}
ORDER BY bounced DESC, messages DESC, by1, by2, by3, by4
LIMIT {limit:UInt32}
