DELETE FROM message_names
WHERE (id, account) IN (SELECT id, account FROM retention_rows WHERE batch = {batch:UInt64} AND of_table = '')
