-- The statuses are in the order of the vocabularies.
SELECT
    account, recipient, id, email_id, sender, subject, campaign, tags, size,
    [status, netcore, netcore_feed, tipimail, unisender] AS statuses,
    attempts, deferrals, opens, clicks, machine_opens, machine_clicks, suspicious, at_least
FROM message_status FINAL
WHERE message_id = @id AND (@recipient = '' OR recipient = @recipient)
ORDER BY recipient, account
LIMIT @limit
