package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/segmentio/kafka-go"
)

// Topic is what a topic has to be like.
type Topic struct {
	Name string
	// Partitions must be positive: it decides where every message's state lives.
	Partitions int
	// Replication is used when the topic is made, and is the least that it may have
	// (0: the broker's default, and any).
	Replication int
	// Config holds the settings that matter to us; others may be anything. Times and
	// sizes that the topic has may also be longer and larger.
	Config map[string]string
}

// TopicError says what is wrong with a topic that exists, and how to mend it.
type TopicError struct {
	Topic, Setting, Got, Want, Remedy string
}

// Error names topic, setting, both values and the remedy.
func (e *TopicError) Error() string {
	return fmt.Sprintf("topic %s: %s is %s, want %s; %s", e.Topic, e.Setting, e.Got, e.Want, e.Remedy)
}

// EnsureTopics makes the topics that are missing, waits until all can be used,
// and checks partition count, replication and configuration of those that were
// there, and that not more replicas have to be in sync than there are. All that
// is wrong is reported at once, each as a [TopicError]; nothing is altered then,
// and nothing made.
func (c *Client) EnsureTopics(ctx context.Context, topics ...Topic) error {
	var missing []Topic
	var wrong []error
	for _, t := range topics {
		if t.Name == "" || t.Partitions <= 0 {
			return &Error{Op: "ensure topic", Topic: t.Name, Partition: NoPartition, Err: fmt.Errorf("a name and a partition count are required, got %d partitions", t.Partitions)}
		}
		n, err := c.ExistingPartitions(ctx, t.Name)
		if err != nil {
			return err
		}
		if n == 0 {
			missing = append(missing, t)
			continue
		}
		found, err := c.checkTopic(ctx, t)
		if err != nil {
			return err
		}
		wrong = append(wrong, found...)
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	return c.createAll(ctx, missing)
}

// createAll makes topics, and checks what came of it, or what others have made.
func (c *Client) createAll(ctx context.Context, missing []Topic) error {
	for _, t := range missing {
		if err := c.retry(ctx, func(ctx context.Context) error { return c.createMissing(ctx, t) }); err != nil {
			return &Error{
				Op: "create topic", Topic: t.Name, Partition: NoPartition, Err: err,
				Hint: "create it yourself with kafka-topics.sh, or grant this user CREATE on the cluster",
			}
		}
	}
	var wrong []error
	for _, t := range missing {
		found, err := c.checkTopic(ctx, t)
		if err != nil {
			return err
		}
		wrong = append(wrong, found...)
	}
	return errors.Join(wrong...)
}

// createMissing looks before it creates: a user who may not create topics can
// still use those that an administrator made.
func (c *Client) createMissing(ctx context.Context, t Topic) error {
	if _, err := c.layout(ctx, t.Name); !errors.Is(err, kafka.UnknownTopicOrPartition) {
		return err
	}
	config := kafka.TopicConfig{Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replication}
	if t.Replication <= 0 {
		config.ReplicationFactor = -1
	}
	for _, name := range slices.Sorted(maps.Keys(t.Config)) {
		config.ConfigEntries = append(config.ConfigEntries, kafka.ConfigEntry{ConfigName: name, ConfigValue: t.Config[name]})
	}
	res, err := c.kafka.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}})
	if err != nil {
		return err
	}
	if err := res.Errors[t.Name]; !errors.Is(err, kafka.TopicAlreadyExists) {
		return err
	}
	return nil
}
