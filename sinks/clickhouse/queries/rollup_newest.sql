SELECT max(computation) FROM rollup_hours
