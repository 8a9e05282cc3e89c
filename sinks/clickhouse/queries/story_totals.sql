SELECT account, recipient, kind, count() AS events
FROM events FINAL
WHERE message_id = @id AND recipient IN @recipients
GROUP BY account, recipient, kind
