-- What tables and views say of themselves: views first, for those are what to ask.
SELECT t.name AS name, endsWith(t.engine, 'View') AS is_view, t.comment AS comment, c.names AS names, c.types AS types, c.comments AS comments
FROM system.tables AS t
INNER JOIN
(
    SELECT table,
        arraySort(groupArray((position, name, type, comment))) AS columns,
        columns.2 AS names, columns.3 AS types, columns.4 AS comments
    FROM system.columns
    WHERE database = currentDatabase()
    GROUP BY table
) AS c ON c.table = t.name
WHERE t.database = currentDatabase() AND t.engine != 'MaterializedView'
ORDER BY is_view DESC, name
