-- Every version is read: one that was withdrawn says nothing but that, so what it
-- was is told by the version before, as long as there is one. Of whom several accounts
-- wrote to, each is told its own.
SELECT
    c.time AS time, c.account AS account, c.recipient AS recipient, c.cause AS cause,
    argMax(c.withdrawn, c.revision) AS withdrawn,
    argMaxIf(c.kind, c.revision, c.kind != '') AS kind,
    argMaxIf(c.reason, c.revision, c.kind != '') AS reason,
    argMaxIf(c.derived, c.revision, c.kind != '') AS derived,
    argMaxIf([c.status_before, c.netcore_before, c.netcore_feed_before, c.tipimail_before, c.unisender_before], c.revision, c.kind != '') AS before,
    argMaxIf([c.status, c.netcore, c.netcore_feed, c.tipimail, c.unisender], c.revision, c.kind != '') AS after
FROM status_changes AS c
WHERE c.message_id = @id AND c.recipient IN @recipients AND (@any OR c.account = @account)
    AND c.time BETWEEN fromUnixTimestamp64Milli(toInt64(@first)) AND fromUnixTimestamp64Milli(toInt64(@last))
    AND (@all OR toDate(c.time) IN @days AND toStartOfHour(c.time) IN @hours)
GROUP BY c.time, c.account, c.recipient, c.cause
ORDER BY time, cause
LIMIT @limit
