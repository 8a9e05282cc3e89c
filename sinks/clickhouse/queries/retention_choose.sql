-- Messages of which nothing has happened since, as they are now. All that they count in
-- is hours before the horizon.
INSERT INTO retention_rows (batch, account, message_id, recipient, id, revision)
SELECT {batch:UInt64}, account, message_id, recipient, id, revision
FROM message_status FINAL
WHERE last_at < toDateTime64({horizon:Date}, 3, 'UTC') AND cohort < toDateTime({horizon:Date}, 'UTC')
LIMIT {most:UInt64}
