SELECT max(computation) FROM rollup_hourly WHERE whole = 1
