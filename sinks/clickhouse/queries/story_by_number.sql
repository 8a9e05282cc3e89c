SELECT DISTINCT message_id, recipient
FROM message_status
WHERE id = @number AND NOT withdrawn AND (@any OR account = @account)
ORDER BY message_id, recipient
LIMIT @limit
