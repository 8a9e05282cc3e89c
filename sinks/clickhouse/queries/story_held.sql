SELECT contested, account, recipient, kind, events, event_id, time, reason, url, user_agent, ip, source
FROM
(
    SELECT true AS contested, * FROM contested FINAL
    WHERE message_id = @id AND (@recipient = '' OR recipient IN ('', @recipient))
    UNION ALL
    SELECT false AS contested, * FROM unmatched FINAL
    WHERE message_id = @id AND (@recipient = '' OR recipient IN ('', @recipient))
)
ORDER BY contested DESC, recipient, account, kind, slot
LIMIT @limit
