FROM (
    SELECT *, toDate(hour) AS day, toMonday(hour) AS week, toStartOfMonth(hour) AS month, recipient_domain AS domain, '' AS nothing
    FROM hourly
    WHERE toUnixTimestamp(hour) >= {from:UInt32} AND toUnixTimestamp(hour) < {to:UInt32} AND ({any:Bool} OR account = {owner:String}) AND ({account:String} = '' OR account = {account:String})
) AS h
