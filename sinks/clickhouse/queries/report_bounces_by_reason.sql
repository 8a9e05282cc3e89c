SELECT reason, class, fault, count() AS messages
FROM messages
WHERE bounced_at IS NOT NULL
GROUP BY reason, class, fault
ORDER BY messages DESC, reason
