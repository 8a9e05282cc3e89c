INSERT INTO retention_job (holder, until)
SELECT {holder:UInt64}, now64(3) + toIntervalSecond({seconds:UInt32})
WHERE NOT EXISTS (SELECT 1 FROM retention_job FINAL WHERE holder != {holder:UInt64} AND until > now64(3))
