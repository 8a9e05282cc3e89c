-- The number of the newest insert.
SELECT toUInt64(max(max_block_number))
FROM system.parts
WHERE database = currentDatabase() AND table = 'status_changes' AND active
