-- The newest computation is numbered by the microsecond in which it began, and ten
-- bits more.
SELECT sum(messages), min(hour), max(hour), (SELECT fromUnixTimestamp64Micro(toInt64(bitShiftRight(max(computation), 10)), 'UTC') FROM rollup_hourly WHERE whole = 1)
FROM hourly
WHERE {any:Bool} OR account = {owner:String}
