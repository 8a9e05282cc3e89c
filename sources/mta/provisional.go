package mta

import (
	"bytes"
	"time"

	"mailfate/schemas"
	"mailfate/sources/mta/queue"
)

// provisional names a message whose Message-ID the log did not show after its
// queue id, which other messages had at other times.
func provisional(q *queue.Queue, id string, firstSeen int64) string {
	var stack [128]byte
	b := append(stack[:0], "q:"...)
	b = append(append(b, q.Host.Name...), '/')
	b = append(append(b, q.Instance...), '/')
	b = append(append(b, id...), '/')
	return schemas.CleanMessageID(string(appendTime(b, firstSeen)))
}

// appendTime appends a time as RFC 3339 has it, in UTC, with three digits of its
// fraction: for that layout package time takes five times as long.
func appendTime(b []byte, ms int64) []byte {
	t := time.UnixMilli(ms).UTC()
	b = bytes.TrimSuffix(t.AppendFormat(b, time.RFC3339), []byte{'Z'})
	frac := t.Nanosecond() / 1e6
	return append(b, '.', '0'+byte(frac/100), '0'+byte(frac/10%10), '0'+byte(frac%10), 'Z')
}
