-- Answered from what each part notes of its partition.
SELECT count(), min(time), max(time)
FROM status_changes
