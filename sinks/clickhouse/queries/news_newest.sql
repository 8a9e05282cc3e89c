SELECT max(revision)
FROM status_changes
