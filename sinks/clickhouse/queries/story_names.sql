SELECT DISTINCT recipient
FROM message_status FINAL
WHERE message_id = @id AND (@any OR account = @account)
ORDER BY recipient
LIMIT @limit
