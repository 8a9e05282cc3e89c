SELECT version, name, checksum
FROM migrations FINAL
ORDER BY version
