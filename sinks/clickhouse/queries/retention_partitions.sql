SELECT toDateOrZero(partition) AS day, sum(rows) AS rows
FROM system.parts
WHERE database = currentDatabase() AND table = {table:String} AND active AND day < {horizon:Date}
GROUP BY day
ORDER BY day
