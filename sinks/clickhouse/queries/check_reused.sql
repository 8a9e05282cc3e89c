SELECT id, account, email_key
FROM message_ids FINAL
WHERE id IN (SELECT id FROM message_names WHERE key IN {keys:Array(UInt64)} AND email) AND email_key IN {now:Array(UInt64)}
LIMIT {most:UInt32} BY email_key, account
