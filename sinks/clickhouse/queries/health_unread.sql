SELECT stream, shape, lines, share, first_at, last_at, example
FROM unread_lines
ORDER BY lines DESC, stream, shape
LIMIT {limit:UInt64}
