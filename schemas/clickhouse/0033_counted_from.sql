-- It says what it means for messages that are still there.
CREATE OR REPLACE VIEW counted_from AS
SELECT toDateTime(max(horizon), 'UTC') AS hour
FROM retention
WHERE what IN ('messages', 'rollup_hourly')
COMMENT 'From which hour on rollup_hourly is compared with the messages. Hours before tell what was counted while all of their messages were there: what becomes of one later that is still there is in no count.';
