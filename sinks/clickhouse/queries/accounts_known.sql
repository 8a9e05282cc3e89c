SELECT DISTINCT account FROM
(
    SELECT account FROM rollup_hourly WHERE whole = 0
    UNION ALL
    SELECT account FROM accounts FINAL
    UNION ALL
    SELECT account FROM api_keys FINAL WHERE NOT revoked
)
ORDER BY account
LIMIT {limit:UInt64}
