-- Who may ask the API. Nothing is ever deleted, so that the log's key names mean
-- something later.
CREATE TABLE IF NOT EXISTS api_keys
(
    key     String                         COMMENT 'what the key is called when it is listed, logged and revoked',
    hash    String                         COMMENT 'SHA-256 of the key, in hexadecimal; the key itself is nowhere',
    account String                         COMMENT 'whose messages it may ask for',
    label   String                         COMMENT 'what it is for, in its maker''s words',
    scopes  Array(LowCardinality(String))  COMMENT 'what it is good for: check, read, download, admin',
    rate    UInt32                         COMMENT 'requests in a second; 0 is as the server has it',
    made_at DateTime64(3, 'UTC')           COMMENT 'when it was made',
    revoked UInt8                          COMMENT '1: it is good for nothing any more'
)
ENGINE = ReplacingMergeTree(revoked)
ORDER BY key
COMMENT 'Keys of the API; read it FINAL.';
