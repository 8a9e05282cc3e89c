-- A setting of this query keeps the view from looking for candidates for all others.
SELECT rank, reason, account, message_id, recipient, handed_at, status, sender, subject
FROM unmatched_candidates
WHERE event_id = @id
ORDER BY rank
