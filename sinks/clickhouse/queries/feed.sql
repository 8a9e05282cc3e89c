-- Changes of a span of time that fit a filter, the newest first. What is not asked
-- for is left out of the text; what is asked for is a parameter. A word of an index
-- is always asked for with the words, so that an index serves the whole condition.
SELECT
    time,
    cityHash64(time, message_id, recipient, account, cause) AS key,
    account, message_id, sender, recipient, subject, campaign,
    {before:Identifier} AS told_before, {after:Identifier} AS told,
    kind, reason, class, fault, code, enhanced, remarks, url
FROM status_changes FINAL
WHERE {{template "conditions" .}}
{{- if .Among}} AND message_id IN {among:Array(String)}{{end}}
ORDER BY time DESC, key DESC
{{- if .Among}}
LIMIT {limit:UInt64}
{{- end}}
