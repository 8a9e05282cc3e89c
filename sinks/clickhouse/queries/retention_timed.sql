SELECT count() FROM timed_changes WHERE time < toDateTime64({horizon:Date}, 3, 'UTC')
