-- A feed shows a change without looking its message up, and tells by revision
-- what is new.
ALTER TABLE status_changes
    ADD COLUMN IF NOT EXISTS subject String COMMENT 'decoded Subject' CODEC(ZSTD(3)) AFTER campaign,
    ADD INDEX IF NOT EXISTS revisions revision TYPE minmax GRANULARITY 1;

ALTER TABLE status_changes MATERIALIZE INDEX IF EXISTS revisions;

-- A view keeps the columns that it was made with.
CREATE OR REPLACE VIEW history AS
SELECT * EXCEPT (withdrawn)
FROM status_changes FINAL
COMMENT 'Every change of every message''s status. Ask for a message_id or for a range of time.';
