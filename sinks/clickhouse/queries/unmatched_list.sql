SELECT
    u.event_id AS event_id, u.time AS time, u.kind AS kind, u.reason AS reason, u.account AS account, u.message_id AS message_id,
    u.recipient AS recipient, u.events AS events, u.url AS url, u.user_agent AS user_agent, u.ip AS ip, u.source AS source,
    u.match AS match, u.confidence AS confidence,
    ifNull(j.account, '') AS judged_account, ifNull(j.message_id, '') AS judged_message_id, ifNull(j.recipient, '') AS judged_recipient,
    count() OVER () AS total
FROM (SELECT * FROM unmatched FINAL) AS u
LEFT ANY JOIN judgements AS j ON j.unmatched_id = u.event_id
WHERE (@kind = '' OR u.kind = @kind) AND (@source = '' OR u.source = @source) AND toUnixTimestamp64Milli(u.time) >= @since
    AND (@settled OR judged_message_id = '')
ORDER BY time DESC, event_id, message_id, recipient
LIMIT @limit
