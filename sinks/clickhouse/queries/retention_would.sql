-- What would be deleted by each horizon.
SELECT
    (SELECT count() FROM message_status FINAL WHERE last_at < toDateTime64({messages:Date}, 3, 'UTC') AND cohort < toDateTime({messages:Date}, 'UTC')),
    (SELECT sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'status_changes' AND active AND toDateOrZero(partition) < {status_changes:Date}),
    (SELECT sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'events' AND active AND toDateOrZero(partition) < {events:Date}),
    (SELECT uniqExact(cohort) FROM rollup_hourly WHERE cohort < toDateTime({rollup_hourly:Date}, 'UTC'))
