-- What belongs to no message, for a person to judge.
ALTER TABLE events
    ADD INDEX IF NOT EXISTS matches match TYPE set(8) GRANULARITY 8,
    COMMENT COLUMN IF EXISTS match 'by what it was tied to its message: signed, address, message_id, envelope_id, person (who judged so); empty where the source itself says which it is, or nothing does';
ALTER TABLE message_status
    ADD INDEX IF NOT EXISTS recipients recipient TYPE bloom_filter(0.01) GRANULARITY 4;

-- The number is what the ids of an event and of the same one under another message
-- differ by. An event that was published twice is the same in all that stands here.
CREATE OR REPLACE VIEW judgements AS
SELECT DISTINCT
    bitXor(event_id, toUInt64(7640891576956012808)) AS unmatched_id,
    event_id, time, kind, account, message_id, recipient
FROM events
WHERE match = 'person'
COMMENT 'Events that belonged to no message and that a person found to be about one (mailfate unmatched attach).';

-- A message is asked for by its id, which is known though not as sent to whom the
-- report names; by its recipient; and by a hash of that, which some providers write
-- in its place: MD5, SHA-1 or SHA-256, in hexadecimal digits, of the whole address
-- or of what stands before its @. A ClickHouse that has no index of a table's older
-- rows yet reads all of that column.
CREATE OR REPLACE VIEW unmatched_candidates AS
WITH
    asked AS
    (
        SELECT
            u.event_id AS event_id, u.time AS time, u.kind AS kind, u.message_id AS named_message_id, u.recipient AS named_recipient,
            if(position(e.sender, '@') > 0, lower(splitByChar('@', e.sender)[-1]), '') AS named_domain,
            unhex(extract(e.remarks, '^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?:@|$)')) AS digest
        FROM (SELECT * FROM unmatched FINAL) AS u
        LEFT JOIN
        (
            SELECT message_id, event_id, any(sender) AS sender, any(remarks) AS remarks
            FROM events
            WHERE (message_id, event_id) IN (SELECT message_id, event_id FROM unmatched FINAL)
            GROUP BY message_id, event_id
        ) AS e ON e.message_id = u.message_id AND e.event_id = u.event_id
        WHERE u.event_id NOT IN (SELECT unmatched_id FROM judgements)
    ),
    sent AS
    (
        SELECT
            account, message_id, recipient, status, sender, sender_domain, subject,
            assumeNotNull(coalesce(delivered_at, queued_at, first_at)) AS handed_at, delivered_at IS NOT NULL AS delivered
        FROM message_status FINAL
    ),
    found AS
    (
        SELECT a.*, s.*, 'message id' AS way
        FROM asked AS a
        INNER JOIN (SELECT * FROM sent WHERE message_id IN (SELECT named_message_id FROM asked)) AS s ON s.message_id = a.named_message_id
        UNION ALL
        SELECT a.*, s.*, 'recipient' AS way
        FROM asked AS a
        INNER JOIN (SELECT * FROM sent WHERE recipient IN (SELECT named_recipient FROM asked WHERE named_recipient != '')) AS s
            ON s.recipient = a.named_recipient
        UNION ALL
        SELECT a.*, s.* EXCEPT (digest), 'hash of recipient' AS way
        FROM (SELECT * FROM asked WHERE digest != '') AS a
        INNER JOIN
        (
            SELECT * EXCEPT (local), arrayJoin([MD5(recipient)::String, SHA1(recipient)::String, SHA256(recipient)::String,
                MD5(local)::String, SHA1(local)::String, SHA256(local)::String]) AS digest
            FROM (SELECT *, splitByChar('@', recipient)[1] AS local FROM sent)
            WHERE (SELECT countIf(length(digest) = 16) FROM asked) > 0 AND (MD5(recipient)::String IN (SELECT digest FROM asked WHERE digest != '') OR MD5(local)::String IN (SELECT digest FROM asked WHERE digest != ''))
                OR (SELECT countIf(length(digest) = 20) FROM asked) > 0 AND (SHA1(recipient)::String IN (SELECT digest FROM asked WHERE digest != '') OR SHA1(local)::String IN (SELECT digest FROM asked WHERE digest != ''))
                OR (SELECT countIf(length(digest) = 32) FROM asked) > 0 AND (SHA256(recipient)::String IN (SELECT digest FROM asked WHERE digest != '') OR SHA256(local)::String IN (SELECT digest FROM asked WHERE digest != ''))
        ) AS s ON s.digest = a.digest
    ),
    ranked AS
    (
        SELECT
            *,
            dateDiff('second', handed_at, time) AS ago,
            named_domain != '' AND named_domain = sender_domain AS same_domain,
            row_number() OVER (
                PARTITION BY named_message_id, named_recipient, event_id
                ORDER BY way = 'message id' DESC, same_domain DESC, delivered DESC, handed_at DESC, message_id, recipient, account) AS rank
        FROM (SELECT * EXCEPT (way), min(way) AS way FROM found GROUP BY ALL)
        WHERE handed_at <= time + INTERVAL 5 SECOND AND handed_at >= time - INTERVAL 31 DAY
    )
SELECT
    leftPad(lower(hex(event_id)), 16, '0') AS id, event_id, time, kind, named_message_id, named_recipient,
    rank,
    way || if(same_domain, ', sender domain', '') || if(delivered, '', ', not delivered') || ', ' || multiIf(
        ago < 0, '0 s',
        ago < 120, toString(ago) || ' s',
        ago < 7200, toString(intDiv(ago, 60)) || ' min',
        ago < 172800, toString(intDiv(ago, 3600)) || ' h',
        toString(intDiv(ago, 86400)) || ' d') || ' before' AS reason,
    account, message_id, recipient, handed_at, status, sender, subject
FROM ranked
WHERE rank <= 20
COMMENT 'Which messages may be meant by what belongs to none (table unmatched), the likeliest first, 20 at most of each: the message of that id to others; messages to that recipient, or to one of whom a hash is reported, that were handed over before, 31 days at most.';
