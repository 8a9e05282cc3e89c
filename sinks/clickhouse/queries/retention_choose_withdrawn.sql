-- Messages that are another account's by now. Their own rows may tell no time any more
-- but that of their intake.
INSERT INTO retention_rows (batch, account, message_id, recipient, id, revision)
SELECT {batch:UInt64}, account, message_id, recipient, id, max(revision) AS newest
FROM message_status
WHERE (id, account) IN (SELECT id, account FROM message_status WHERE withdrawn = 1 AND ingested_at < toDateTime64({horizon:Date}, 3, 'UTC'))
GROUP BY account, message_id, recipient, id
HAVING argMax(withdrawn, revision) = 1 AND max(last_at) < toDateTime64({horizon:Date}, 3, 'UTC') AND max(ingested_at) < toDateTime64({horizon:Date}, 3, 'UTC')
LIMIT {most:UInt64}
