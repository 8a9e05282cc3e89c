SELECT DISTINCT key, account, id
FROM message_keys
WHERE key IN {keys:Array(UInt64)}
LIMIT {most:UInt32} BY key, account
