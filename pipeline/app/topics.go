package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// ensureTopics makes the topics that are missing. Those that are there keep
// their number of partitions, unless another one was asked for, which is refused.
func (a *App) ensureTopics(ctx context.Context) error {
	existing := map[string]int{}
	count := 0
	for _, t := range schemas.Topics() {
		n, err := a.client.ExistingPartitions(ctx, t.Name)
		if err != nil {
			return err
		}
		existing[t.Name] = n
		count = cmp.Or(count, n)
	}
	if err := agree(existing, count); err != nil {
		return err
	}
	a.partitions = cmp.Or(a.opts.Partitions, count, DefaultPartitions)
	var topics []kafkalog.Topic
	for _, t := range schemas.Topics() {
		if a.broker != nil {
			delete(t.Config, "retention.ms") // it keeps everything until keepSmall deletes what was read
			if existing[schemas.TopicEvents] > 0 {
				delete(t.Config, "delete.retention.ms") // an older mailfate's is shorter; state and log grow old together here
			}
		}
		topics = append(topics, kafkalog.Topic{
			Name: t.Name, Partitions: a.partitions, Replication: max(a.opts.Replication, 1), Config: t.Config,
		})
	}
	if err := a.client.EnsureTopics(ctx, topics...); err != nil {
		return err
	}
	a.log.Info("topics are ready", "partitions", a.partitions, "made", count == 0)
	return nil
}

// agree refuses topics that have not all the same number of partitions, which says
// where a message is in each of them. No number that is asked for would be right.
func agree(existing map[string]int, count int) error {
	var has, differ []string
	for _, t := range schemas.Topics() {
		if n := existing[t.Name]; n > 0 {
			has = append(has, fmt.Sprintf("%s has %d", t.Name, n))
			if n != count {
				differ = append(differ, t.Name)
			}
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("check topics: their numbers of partitions disagree: %s; nothing was made or changed. "+
		"If %d is right, delete what differs with kafka-topics.sh --delete --topic '%s': it is made again, and statuses follow again from %s as far as that goes back. "+
		"If not, delete all of them and ingest again with the number that you want (--partitions, or kafka.partitions)",
		strings.Join(has, ", "), count, strings.Join(differ, "|"), schemas.TopicEvents)
}
