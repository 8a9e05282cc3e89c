FROM (
    SELECT *, cohort AS hour, toDate(cohort) AS day, toMonday(cohort) AS week, toStartOfMonth(cohort) AS month, recipient_domain AS domain, '' AS nothing
    FROM messages
    WHERE toUnixTimestamp(cohort) >= {from:UInt32} AND toUnixTimestamp(cohort) < {to:UInt32} AND ({any:Bool} OR account = {owner:String}) AND ({account:String} = '' OR account = {account:String})
) AS m
