SELECT DISTINCT recipient
FROM message_status FINAL
WHERE message_id = @id
ORDER BY recipient
LIMIT @limit
