-- Events, not rows: of a kind with many, few are kept. Every slot tells their number.
-- What a person has found to be about a message is not unmatched any more.
SELECT
    (SELECT sum(lines) FROM unparsed FINAL) AS unparsed,
    toUInt64((SELECT sum(events) FROM unmatched FINAL WHERE slot = 0 AND ({any:Bool} OR account = {owner:String}))
        - (SELECT count() FROM unmatched FINAL WHERE event_id IN (SELECT unmatched_id FROM judgements) AND ({any:Bool} OR account = {owner:String}))) AS unmatched,
    (SELECT sum(events) FROM contested FINAL WHERE slot = 0) AS contested
