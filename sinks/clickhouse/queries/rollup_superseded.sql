SELECT countIf(is_shown) AS shown, countIf(NOT is_shown) AS superseded
FROM (SELECT (cohort, computation) IN (SELECT cohort, computation FROM rollup_hours FINAL) AS is_shown FROM rollup_hourly)
