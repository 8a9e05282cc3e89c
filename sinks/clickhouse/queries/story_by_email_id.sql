-- By number, of which message_status has an index: to look into that of email ids too
-- would take longer. Of several versions of a row message_ids tells which is true.
SELECT DISTINCT message_id, recipient
FROM message_status
WHERE id IN
    (
        SELECT id
        FROM message_ids FINAL
        WHERE id IN (SELECT id FROM message_names WHERE key = @key AND email) AND email_key = @now AND (@any OR account = @account)
    )
    AND identity(email_id) = @id AND NOT withdrawn AND (@any OR account = @account)
ORDER BY message_id, recipient
LIMIT @limit
