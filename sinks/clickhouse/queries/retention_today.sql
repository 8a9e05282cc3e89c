SELECT toDate(now('UTC'))
