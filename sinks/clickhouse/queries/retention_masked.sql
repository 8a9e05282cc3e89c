SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = {table:String} AND active AND has_lightweight_delete
