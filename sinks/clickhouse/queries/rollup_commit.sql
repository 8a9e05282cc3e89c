-- Shows a computation in place of older ones, of hours of which nothing is left too.
INSERT INTO rollup_hourly (cohort, computation, whole)
SELECT toDateTime(arrayJoin({hours:Array(UInt32)}), 'UTC'), {computation:UInt64}, 1
