-- The versions up to the one that was chosen.
INSERT INTO retention_rows (batch, of_table, account, message_id, recipient, id, revision)
SELECT {batch:UInt64}, '{{.Table}}', c.account, c.message_id, c.recipient, c.id, v.revision
FROM (SELECT {{.Key}}, revision FROM {{.Table}} WHERE ({{.Key}}) IN (SELECT {{.Key}} FROM retention_rows WHERE batch = {batch:UInt64} AND of_table = '')) AS v
INNER JOIN (SELECT * FROM retention_rows WHERE batch = {batch:UInt64} AND of_table = '') AS c USING ({{.Key}})
WHERE v.revision <= c.revision
