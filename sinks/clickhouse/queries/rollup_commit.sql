-- Shows a computation in place of older ones, of hours of which nothing is left too. An
-- hour of which messages may have been deleted meanwhile keeps what it had.
INSERT INTO rollup_hourly (cohort, computation, whole)
SELECT toDateTime(arrayJoin({hours:Array(UInt32)}), 'UTC') AS shown, {computation:UInt64}, 1
WHERE shown >= (SELECT hour FROM counted_from)
