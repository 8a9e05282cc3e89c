SELECT stream, max(time) AS newest, max(ingested_at) AS taken_in
FROM events
WHERE stream != ''
GROUP BY stream
ORDER BY newest DESC, stream
LIMIT {limit:UInt64}
