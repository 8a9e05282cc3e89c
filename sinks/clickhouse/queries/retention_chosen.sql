SELECT count() FROM retention_rows WHERE batch = {batch:UInt64} AND of_table = ''
