-- Who listens for changes is told of them in the order of their inserts, which no
-- column has: revisions follow when events were read, and a slow sink writes late.
-- ClickHouse numbers inserts, and keeps a row's number when parts are merged only if
-- it is told to.
ALTER TABLE status_changes MODIFY SETTING enable_block_number_column = 1;

ALTER TABLE status_changes
    DROP INDEX IF EXISTS revisions;
