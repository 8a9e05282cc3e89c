-- When lines of a shape were read first and last: a new one stands out.
ALTER TABLE unparsed
    ADD COLUMN IF NOT EXISTS first_at Nullable(DateTime64(3, 'UTC')) COMMENT 'the stream''s time at the first of these lines; NULL is not known' CODEC(Delta(8), ZSTD(1)) AFTER offset,
    ADD COLUMN IF NOT EXISTS last_at Nullable(DateTime64(3, 'UTC')) COMMENT 'the stream''s time at the last of these lines; NULL is not known' CODEC(Delta(8), ZSTD(1)) AFTER first_at,
    COMMENT COLUMN IF EXISTS examples 'a few of these lines, cut; addresses, IP addresses and subjects taken out unless configured otherwise';
