-- What hides the others goes last.
DELETE FROM rollup_hourly
WHERE cohort < toDateTime({horizon:Date}, 'UTC') AND (computation < {computation:UInt64} OR {all:Bool})
