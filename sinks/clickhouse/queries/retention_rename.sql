-- Names messages again that came back after they had been chosen.
INSERT INTO message_names (key, email, account, id)
SELECT reinterpretAsUInt64(substring(SHA256(name.1), 1, 8)), name.2, account, id
FROM message_status
ARRAY JOIN if(email_id = '', [(message_id, false)], [(message_id, false), (email_id, true)]) AS name
WHERE withdrawn = 0 AND (id, account) IN (SELECT id, account FROM retention_rows WHERE batch = {batch:UInt64} AND of_table = '')
