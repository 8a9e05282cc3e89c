INSERT INTO retention (what, horizon, days)
SELECT {what:String}, {horizon:Date}, {days:UInt32}
