-- The messages to an address are found by an index of these.
SELECT
    id, account, message_id, sender, subject, campaign, {status:Identifier} AS told, reason, class, remarks, first_at, last_at
FROM message_status FINAL
WHERE message_id IN (SELECT message_id FROM message_status WHERE recipient = {recipient:String})
    AND recipient = {recipient:String} AND ({any:Bool} OR account = {account:String})
ORDER BY first_at DESC, id DESC
LIMIT {limit:UInt64}
