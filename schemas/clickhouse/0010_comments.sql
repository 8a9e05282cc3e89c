-- What these columns say has been made exact.
ALTER TABLE message_status
    COMMENT COLUMN IF EXISTS reason 'of the newest attempt''s bounce, the one that the status tells of if there are several; else of what led to the status',
    COMMENT COLUMN IF EXISTS delivered_at 'first delivered, also when it came back later; NULL is never',
    COMMENT COLUMN IF EXISTS bounced_at 'bounced or sent back, in the newest attempt; NULL is not',
    COMMENT COLUMN IF EXISTS expired_at 'given up, in the newest attempt; NULL is not';
