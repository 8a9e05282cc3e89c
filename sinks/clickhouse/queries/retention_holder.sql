SELECT count() > 0 FROM retention_job FINAL WHERE holder = {holder:UInt64} AND until > now64(3)
