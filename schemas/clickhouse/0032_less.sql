-- Less on disk. By an email id messages are found through message_names: an index of
-- its own was read by nobody, and is as large as one tells days of events by.
ALTER TABLE events
    MODIFY COLUMN IF EXISTS sender CODEC(ZSTD(9));
ALTER TABLE status_changes
    MODIFY COLUMN IF EXISTS sender CODEC(ZSTD(9));
ALTER TABLE message_status
    MODIFY COLUMN IF EXISTS sender CODEC(ZSTD(9)),
    DROP INDEX IF EXISTS email_ids;
