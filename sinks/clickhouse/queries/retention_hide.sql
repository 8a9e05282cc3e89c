-- Nobody sees the messages any more, wherever their versions are. Of two versions with
-- one revision the one that was inserted last is true; a newer one shows itself.
INSERT INTO {{.Table}} (account, message_id, recipient, {{if .Numbered}}id, {{end}}revision, withdrawn)
SELECT account, message_id, recipient, {{if .Numbered}}id, {{end}}revision, 1
FROM retention_rows
WHERE batch = {batch:UInt64} AND of_table = ''
