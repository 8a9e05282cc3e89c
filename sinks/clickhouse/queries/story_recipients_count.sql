SELECT count() AS recipients
FROM message_status FINAL
WHERE message_id = @id AND (@recipient = '' OR recipient = @recipient) AND (@any OR account = @account)
