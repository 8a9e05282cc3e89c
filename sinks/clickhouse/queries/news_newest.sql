-- The number of the newest insert, by the names of the parts.
SELECT max(toUInt64(splitByChar('_', _part)[3]))
FROM status_changes
