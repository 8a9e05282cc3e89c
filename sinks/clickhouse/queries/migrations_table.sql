CREATE TABLE IF NOT EXISTS migrations
(
    version    UInt32                COMMENT 'number of the migration',
    name       String                COMMENT 'its name',
    checksum   String                COMMENT 'SHA-256 of its file, in hexadecimal',
    applied_at DateTime64(3, 'UTC')  COMMENT 'when it was applied last'
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY version
COMMENT 'What this database''s schema is made of. mailfate refuses to work when it differs from its own.'
