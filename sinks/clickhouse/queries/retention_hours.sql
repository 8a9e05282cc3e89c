SELECT uniqExact(cohort) FROM rollup_hourly WHERE cohort < toDateTime({horizon:Date}, 'UTC')
