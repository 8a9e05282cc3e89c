package schemas

import (
	"strconv"
	"time"
)

// The topics. Their partition counts are fixed when they are created, because
// the partition of a message must never change.
const (
	TopicEvents   = "mail.events"   // events and clocks, by message id
	TopicStatus   = "mail.status"   // snapshots, by identity: changelog and output
	TopicDead     = "mail.dead"     // what could not be applied, with its reason
	TopicUnparsed = "mail.unparsed" // what could not be read, by shape
)

// MaxRecord bounds one record, key and value, in bytes: the snapshot of a message
// with as many events of every kind as are kept, each with the longest texts.
const MaxRecord = 12 << 20

// TombstonesLive is the least time for which a tombstone stays in mail.status, so
// that whoever has an older copy learns of it. A copy that is older than this is
// made anew.
const TombstonesLive = 7 * 24 * time.Hour

// Topic is a topic and how it has to be configured.
type Topic struct {
	Name   string
	Config map[string]string // Kafka's names for topic settings
}

// Topics lists the topics and the settings that mailfate relies on. Some brokers
// apply retention to compacted topics too, so theirs is stated. A record's time is
// when we published it, on every topic: retention and lag count from there.
func Topics() []Topic {
	size := strconv.Itoa(MaxRecord + 1<<20)
	topics := []Topic{
		{TopicEvents, map[string]string{"cleanup.policy": "delete", "retention.ms": days(7), "max.message.bytes": size}},
		{TopicStatus, map[string]string{
			"cleanup.policy": "compact", "retention.ms": "-1", "min.compaction.lag.ms": days(1), "max.message.bytes": size,
			"delete.retention.ms": strconv.FormatInt(TombstonesLive.Milliseconds(), 10),
		}},
		{TopicDead, map[string]string{"cleanup.policy": "delete", "retention.ms": days(31), "max.message.bytes": size}},
		{TopicUnparsed, map[string]string{"cleanup.policy": "compact", "retention.ms": "-1", "max.message.bytes": size}},
	}
	for _, t := range topics {
		t.Config["message.timestamp.type"] = "CreateTime"
	}
	return topics
}

func days(n int) string { return strconv.Itoa(n * 24 * 60 * 60 * 1000) }
