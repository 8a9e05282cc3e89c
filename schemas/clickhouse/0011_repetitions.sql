-- Inserts are not recognised when they are repeated: rows are, by their keys. A
-- server notes an insert before its rows are in place, so one that was killed in
-- between would lose them.
ALTER TABLE events MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE message_status MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE status_changes MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE unmatched MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE contested MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE unparsed MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE accounts MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE vocabularies MODIFY SETTING non_replicated_deduplication_window = 0;
