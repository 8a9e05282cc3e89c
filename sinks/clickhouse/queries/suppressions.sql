-- The suppressed addresses behind one, in order: a page of those to which it happened
-- that is asked for, though something else may have happened first, which is their
-- reason then. They are found in the order of the table, and of no more than these it is
-- then made what the view tells.
SELECT account, recipient, reason, detail, suppressed_at, message_id, remarks, reasons, times
FROM suppressions
WHERE (account, recipient) IN (
    SELECT DISTINCT account, recipient
    FROM recipient_status FINAL
    WHERE ({any:Bool} OR account = {owner:String})
    {{- if .After}}
        AND (account > {after_account:String} OR account = {after_account:String} AND recipient > {after:String})
    {{- end}}
    {{- if .Recipient.How}}
        AND {{template "address" (address "recipient" "recipient" .Recipient)}}
    {{- end}}
    {{- if eq .Reason "complained"}}
        AND complained_at IS NOT NULL
    {{- else if eq .Reason "unsubscribed"}}
        AND unsubscribed_at IS NOT NULL
    {{- else if eq .Reason "hard_bounced"}}
        AND hard_bounced_at IS NOT NULL
    {{- end}}
    ORDER BY account, recipient
    LIMIT {limit:UInt64})
ORDER BY account, recipient
