SELECT
    count() AS messages,
    count(delivered_at) AS delivered,
    countIf(delivered_at IS NOT NULL OR bounced_at IS NOT NULL OR expired_at IS NOT NULL) AS ended,
    countIf(delivered_at IS NOT NULL AND open_tracking) AS open_tracked,
    countIf(opens > 0 AND open_tracking) AS unique_opens,
    countIf((opens > 0 OR machine_opens > 0) AND open_tracking) AS unique_opens_with_machines,
    countIf(class = 'hard') AS hard_bounces,
    countIf(class = 'soft') AS soft_bounces,
    countIf(delivered_at IS NOT NULL AND click_tracking) AS click_tracked,
    countIf(clicks > 0 AND click_tracking) AS clicks,
    count(complained_at) AS complaints,
    count(unsubscribed_at) AS unsubscribes
FROM messages
