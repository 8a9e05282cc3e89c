-- A message is asked for by its number, or by its email id, of which message_keys
-- tells the number.
ALTER TABLE message_status
    ADD INDEX IF NOT EXISTS numbers id TYPE bloom_filter(0.01) GRANULARITY 16;

ALTER TABLE message_status MATERIALIZE INDEX IF EXISTS numbers;
