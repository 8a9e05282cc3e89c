-- For how long numbers of inserts count: a table that was made anew begins anew, and
-- a server that starts goes by what it finds, which may be less than there was.
SELECT
    toUInt32(cityHash64(uuid)) AS table,
    toUInt32(toUnixTimestamp(now()) - uptime()) AS started
FROM system.tables
WHERE database = currentDatabase() AND name = 'status_changes'
