-- Domains are as many as somebody cares to write to, so only those with the most
-- bounces are listed.
SELECT
    recipient_domain AS domain,
    countIf(delivered_at IS NOT NULL OR bounced_at IS NOT NULL OR expired_at IS NOT NULL) AS ended,
    countIf(class = 'hard') AS hard,
    countIf(class = 'soft') AS soft
FROM messages
GROUP BY domain
HAVING hard + soft > 0
ORDER BY hard + soft DESC, domain
LIMIT 1000
