-- Deletes what is superseded, or was never shown. What is younger may be somebody's who
-- is about to show it.
ALTER TABLE rollup_hourly
DELETE WHERE computation < {before:UInt64} AND (cohort, computation) NOT IN (SELECT cohort, max(computation) FROM rollup_hourly WHERE whole = 1 GROUP BY cohort)
