SELECT countIf(is_shown) AS shown, countIf(NOT is_shown) AS superseded
FROM (SELECT (cohort, computation) IN (SELECT cohort, max(computation) FROM rollup_hourly WHERE whole = 1 GROUP BY cohort) AS is_shown FROM rollup_hourly)
