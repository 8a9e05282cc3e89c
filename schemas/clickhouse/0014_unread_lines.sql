-- What was not understood, as it is to be read: the table keeps older counts until
-- they are merged away.
CREATE OR REPLACE VIEW unread_lines AS
SELECT
    stream,
    shape,
    lines,
    lines / sum(lines) OVER () AS share,
    arrayElement(examples, 1) AS example,
    first_at,
    last_at,
    ingested_at AS counted_at
FROM unparsed FINAL
WHERE lines > 0
COMMENT 'Lines that no parser understood, by stream and shape, each once. What a line of them would have told is missing in the other views.';
