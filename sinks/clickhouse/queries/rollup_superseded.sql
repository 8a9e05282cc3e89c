SELECT countIf((cohort, computation) IN (SELECT cohort, computation FROM rollup_hours FINAL)) AS shown, count() - shown AS superseded
FROM rollup_hourly
