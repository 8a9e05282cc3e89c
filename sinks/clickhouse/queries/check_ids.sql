SELECT id, account, email_key, {vocabulary:Identifier} AS status
FROM message_ids FINAL
WHERE id IN {ids:Array(UInt64)}
