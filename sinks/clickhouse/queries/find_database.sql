SELECT
    (SELECT count() FROM system.databases WHERE name = ?) AS found,
    (SELECT count() FROM system.tables WHERE database = ? AND name = 'migrations') AS migrations
