-- The suppressed addresses of a page, in order: those behind one and up to another.
-- Their messages are found first, which takes no merging (those to one address by an
-- index), and then read as they are true. What happened first is the reason, so all that happened has to be known.
SELECT
    f.account AS account, f.recipient AS recipient,
    argMin(f.reason, f.rank) AS reason, argMin(f.detail, f.rank) AS detail, argMin(f.suppressed_at, f.rank) AS since,
    argMin(f.message_id, f.rank) AS message_id, argMin(f.remarks, f.rank) AS remarks,
    arraySort(groupUniqArray(f.reason)) AS reasons, count() AS times
FROM
(
    SELECT *, (suppressed_at, reason, message_id) AS rank
    FROM suppression_facts
    WHERE {{template "addresses" .}}
        AND message_id IN (
            {{- if exact .Recipient}}
            SELECT message_id FROM status_changes WHERE {{template "address" (address "recipient" "recipient" .Recipient)}}
            {{- else}}
            SELECT message_id FROM message_status
            WHERE {{template "addresses" .}} AND {{template "suppressing"}}
            {{- if .Reason}}
                AND (account, recipient) IN (SELECT account, recipient FROM message_status WHERE {{template "addresses" .}} AND {{template "for reason" .}})
            {{- end}}
            {{- end}})
) AS f
GROUP BY account, recipient
{{- if .Reason}}
HAVING reason = {reason:String}
{{- end}}
ORDER BY account, recipient
LIMIT {limit:UInt64}
