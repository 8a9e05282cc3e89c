SELECT {column:Identifier} AS name, count() AS messages
FROM messages
GROUP BY name
ORDER BY messages DESC, name
