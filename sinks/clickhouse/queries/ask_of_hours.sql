FROM (
    SELECT *, toDate(hour) AS day, toMonday(hour) AS week, toStartOfMonth(hour) AS month, {{if .Domains}}recipient_domain{{else}}''{{end}} AS domain, '' AS nothing
    FROM {{if .Domains}}hourly{{else}}hourly_by_provider{{end}}
    WHERE toUnixTimestamp(hour) >= {from:UInt32} AND toUnixTimestamp(hour) < {to:UInt32} AND ({any:Bool} OR account = {owner:String}) AND ({account:String} = '' OR account = {account:String})
) AS h
