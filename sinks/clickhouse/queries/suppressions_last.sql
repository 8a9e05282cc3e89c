-- How far a page may reach: so many addresses may be suppressed up to there. Versions of
-- messages that are not merged yet, and replies of policy, make them fewer.
SELECT account, recipient
FROM message_status
WHERE NOT withdrawn AND {{template "addresses" .}} AND {{template "for reason" .}}
GROUP BY account, recipient
ORDER BY account, recipient
LIMIT 1 OFFSET {offset:UInt64}
