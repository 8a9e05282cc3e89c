package mta

import (
	"time"

	"mailfate/schemas"
	"mailfate/sources/mta/queue"
)

// provisional names a message whose Message-ID the log did not show after its
// queue id, which other messages had at other times.
func provisional(q *queue.Queue, id string, firstSeen int64) string {
	seen := time.UnixMilli(firstSeen).UTC().Format("2006-01-02T15:04:05.000Z")
	return schemas.CleanMessageID("q:" + q.Host.Name + "/" + q.Instance + "/" + id + "/" + seen)
}
