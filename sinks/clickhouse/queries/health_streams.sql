SELECT stream, max(n.newest_at) AS newest, max(n.taken_in_at) AS taken_in
FROM stream_news AS n
GROUP BY stream
ORDER BY newest DESC, stream
LIMIT {limit:UInt64}
