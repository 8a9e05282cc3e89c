-- Events, not rows: of a kind with many, few are kept. Every slot tells their number.
SELECT
    (SELECT sum(lines) FROM unparsed FINAL) AS unparsed,
    (SELECT sum(events) FROM unmatched FINAL WHERE slot = 0) AS unmatched,
    (SELECT sum(events) FROM contested FINAL WHERE slot = 0) AS contested
