-- The trail has what unmatched leaves out, if its retention has not ended.
WITH these AS (SELECT * FROM unmatched FINAL WHERE event_id = @id)
SELECT
    u.event_id AS event_id, u.time AS time, u.kind AS kind, u.reason AS reason, u.account AS account, u.message_id AS message_id,
    u.recipient AS recipient, u.events AS events, u.url AS url, u.user_agent AS user_agent, u.ip AS ip, u.source AS source,
    u.match AS match, u.confidence AS confidence,
    e.email_id AS email_id, e.sender AS sender, e.subject AS subject, e.campaign AS campaign, e.tags AS tags, e.size AS size,
    e.code AS code, e.enhanced AS enhanced, e.command AS command, e.remarks AS remarks, e.relay AS relay,
    e.queue_id AS queue_id, e.next_queue_id AS next_queue_id, e.stream AS stream, e.host AS host, e.instance AS instance,
    e.file AS file, e.offset AS offset, e.trail AS trail,
    ifNull(j.account, '') AS judged_account, ifNull(j.message_id, '') AS judged_message_id, ifNull(j.recipient, '') AS judged_recipient
FROM these AS u
LEFT JOIN
(
    SELECT *, true AS trail FROM events FINAL WHERE (message_id, event_id) IN (SELECT message_id, event_id FROM these)
) AS e ON e.message_id = u.message_id AND e.event_id = u.event_id
LEFT ANY JOIN judgements AS j ON j.unmatched_id = u.event_id
ORDER BY trail DESC, message_id, recipient
LIMIT 1
SETTINGS join_use_nulls = 0
