SELECT
    (SELECT count() FROM unmatched FINAL) AS unmatched,
    (SELECT count() FROM contested FINAL) AS contested
