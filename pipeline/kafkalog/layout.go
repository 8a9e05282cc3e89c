package kafkalog

import (
	"context"
	"errors"

	"github.com/segmentio/kafka-go"
)

// ExistingPartitions returns how many partitions the topic has, 0 when there is
// no such topic, which Partitions would wait for.
func (c *Client) ExistingPartitions(ctx context.Context, topic string) (int, error) {
	var n int
	err := c.retry(ctx, func(ctx context.Context) error {
		found, err := c.layout(ctx, topic)
		n = len(found.partitions)
		if errors.Is(err, kafka.UnknownTopicOrPartition) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, &Error{Op: "look for topic", Topic: topic, Partition: NoPartition, Err: err, Hint: hangUpHint(err)}
	}
	return n, nil
}

// Partitions returns how many partitions the topic has. It waits for one that
// was just created.
func (c *Client) Partitions(ctx context.Context, topic string) (int, error) {
	found, err := c.awaitLayout(ctx, topic)
	return len(found.partitions), err
}

// layout is where a topic's partitions are, and where they could be.
type layout struct {
	partitions []kafka.Partition
	brokers    []kafka.Broker
}

// awaitLayout waits for a topic that was just created.
func (c *Client) awaitLayout(ctx context.Context, topic string) (layout, error) {
	var found layout
	err := c.retry(ctx, func(ctx context.Context) error {
		var err error
		found, err = c.layout(ctx, topic)
		return err
	})
	if err != nil {
		return layout{}, &Error{Op: "count partitions", Topic: topic, Partition: NoPartition, Err: err, Hint: hangUpHint(err)}
	}
	return found, nil
}

// layout looks once; a partition without a leader is an error.
func (c *Client) layout(ctx context.Context, topic string) (layout, error) {
	md, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err != nil {
		return layout{}, err
	}
	if len(md.Topics) != 1 || md.Topics[0].Name != topic {
		return layout{}, kafka.UnknownTopicOrPartition
	}
	t := md.Topics[0]
	if t.Error != nil {
		return layout{}, t.Error
	}
	for _, p := range t.Partitions {
		if p.Error != nil && !errors.Is(p.Error, kafka.ReplicaNotAvailable) {
			return layout{}, p.Error
		}
	}
	if len(t.Partitions) == 0 {
		return layout{}, kafka.LeaderNotAvailable
	}
	return layout{partitions: t.Partitions, brokers: md.Brokers}, nil
}
