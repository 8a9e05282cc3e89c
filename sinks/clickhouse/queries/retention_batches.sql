SELECT DISTINCT batch FROM retention_rows ORDER BY batch
