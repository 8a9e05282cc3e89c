-- About how many changes fit: versions that are not merged yet count apart.
SELECT count()
FROM status_changes
WHERE NOT withdrawn AND {{template "conditions" .}}
