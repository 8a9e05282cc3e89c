-- No index helps here, so the newest version of a row is not sought.
SELECT DISTINCT message_id, recipient
FROM message_status
WHERE email_id = @id AND NOT withdrawn AND (@any OR account = @account)
ORDER BY message_id, recipient
LIMIT @limit
