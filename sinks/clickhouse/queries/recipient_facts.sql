SELECT
    count(), count(delivered_at), countIf(class = 'hard'), countIf(class = 'soft'), countIf(opens > 0), countIf(clicks > 0),
    count(complained_at), count(unsubscribed_at)
FROM message_status FINAL
WHERE message_id IN (SELECT message_id FROM message_status WHERE recipient = {recipient:String})
    AND recipient = {recipient:String} AND ({any:Bool} OR account = {account:String})
