-- A hash of what each table says, whatever the order of its rows. The columns go
-- in as a tuple, because a hash of arguments is NULL when one of them is.
SELECT name, rows, either, total
FROM
(
    SELECT 'contested' AS name, count() AS rows, groupBitXor(sipHash64(t)) AS either, sum(cityHash64(t)) AS total
    FROM (SELECT tuple(* EXCEPT (revision, withdrawn, ingested_at)) AS t FROM contested FINAL)
    UNION ALL
    SELECT 'message_status' AS name, count() AS rows, groupBitXor(sipHash64(t)) AS either, sum(cityHash64(t)) AS total
    FROM (SELECT tuple(* EXCEPT (revision, withdrawn, ingested_at)) AS t FROM message_status FINAL)
    UNION ALL
    SELECT 'status_changes' AS name, count() AS rows, groupBitXor(sipHash64(t)) AS either, sum(cityHash64(t)) AS total
    FROM (SELECT tuple(* EXCEPT (revision, withdrawn, ingested_at)) AS t FROM status_changes FINAL)
    UNION ALL
    SELECT 'unmatched' AS name, count() AS rows, groupBitXor(sipHash64(t)) AS either, sum(cityHash64(t)) AS total
    FROM (SELECT tuple(* EXCEPT (revision, withdrawn, ingested_at)) AS t FROM unmatched FINAL)
)
ORDER BY name
