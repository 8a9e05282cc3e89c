SELECT batch, countIf(of_table = '') AS messages
FROM retention_rows
GROUP BY batch
ORDER BY batch
