-- How a report, a bounce by mail or a receipt was tied to its message.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS match LowCardinality(String) COMMENT 'by what it was tied to its message: signed, address, message_id, envelope_id; empty where the source itself says which it is, or nothing does' AFTER ip,
    ADD COLUMN IF NOT EXISTS confidence LowCardinality(String) COMMENT 'how sure that is: exact, strong, likely, none; empty where nothing was inferred. Only exact and strong change what is said of the message' AFTER match;
ALTER TABLE contested
    ADD COLUMN IF NOT EXISTS match LowCardinality(String) COMMENT 'by what it was tied to the message that it names' AFTER source,
    ADD COLUMN IF NOT EXISTS confidence LowCardinality(String) COMMENT 'how sure that is: exact, strong, likely, none; empty where nothing was inferred' AFTER match;
ALTER TABLE message_status
    COMMENT COLUMN IF EXISTS suspicious 'opens, clicks and reports of what was never delivered, and what is not surely about this message; counted nowhere else';
ALTER TABLE unmatched
    ADD COLUMN IF NOT EXISTS match LowCardinality(String) COMMENT 'by what it was tied to the message that it names' AFTER source,
    ADD COLUMN IF NOT EXISTS confidence LowCardinality(String) COMMENT 'how sure that is: exact, strong, likely, none; empty where nothing was inferred' AFTER match;
