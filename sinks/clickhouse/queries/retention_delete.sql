-- What hides the others goes last.
DELETE FROM {{.Table}}
WHERE withdrawn = {withdrawn:UInt8} AND ({{.Key}}, revision) IN (SELECT {{.Key}}, revision FROM retention_rows WHERE batch = {batch:UInt64} AND of_table = '{{.Table}}')
