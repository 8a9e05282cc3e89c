SELECT provider, template, fingerprint, rule, reason, events, messages, last_day, day_before, toUInt64(days_old) AS days_old, first_seen, last_seen, example
FROM new_replies
WHERE days_old < {days:UInt32}
ORDER BY reason = 'unclassified' DESC, messages DESC, fingerprint, provider
LIMIT {limit:UInt64}
