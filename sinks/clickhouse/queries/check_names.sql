SELECT DISTINCT key, email, account, id
FROM message_names
WHERE key IN {keys:Array(UInt64)}
LIMIT {most:UInt32} BY key, email, account
