-- A computation that counted nothing takes the place of what is there.
INSERT INTO rollup_hourly (cohort, computation, whole)
SELECT DISTINCT cohort, {computation:UInt64}, 1
FROM rollup_hourly
WHERE cohort < toDateTime({horizon:Date}, 'UTC')
