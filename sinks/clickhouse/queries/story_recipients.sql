-- The statuses are in the order of the vocabularies.
SELECT
    account, recipient, id, email_id, sender, subject, campaign, tags, size,
    [status, netcore, netcore_feed, tipimail, unisender] AS statuses,
    attempts, deferrals, opens, clicks, machine_opens, machine_clicks, suspicious, at_least,
    unsubscribed_at IS NOT NULL AS unsubscribed, complained_at IS NOT NULL AS complained
FROM message_status FINAL
WHERE message_id = @id AND (@recipient = '' OR recipient = @recipient) AND (@any OR account = @account)
ORDER BY recipient, account
LIMIT @limit
