package kafkalog

import (
	"context"
	"fmt"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/listoffsets"
)

// EndOffsets returns, by partition, the offset behind the last replicated record
// (the high watermark). Open transactions lie below it: a reader gets there only
// when they ended. Compare Progress.LastStable.
func (c *Client) EndOffsets(ctx context.Context, topic string) ([]int64, error) {
	return c.topicOffsets(ctx, topic, kafka.LastOffset, kafka.ReadUncommitted)
}

// StableOffsets returns, by partition, up to where everything is decided: the
// first offset of the first open transaction, or the high watermark.
func (c *Client) StableOffsets(ctx context.Context, topic string) ([]int64, error) {
	return c.topicOffsets(ctx, topic, kafka.LastOffset, kafka.ReadCommitted)
}

// StartOffsets returns, by partition, the first offset that the log still has.
func (c *Client) StartOffsets(ctx context.Context, topic string) ([]int64, error) {
	return c.topicOffsets(ctx, topic, kafka.FirstOffset, kafka.ReadUncommitted)
}

func (c *Client) topicOffsets(ctx context.Context, topic string, which int64, level kafka.IsolationLevel) ([]int64, error) {
	n, err := c.Partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	partitions := make([]int, n)
	for i := range partitions {
		partitions[i] = i
	}
	return c.listOffsets(ctx, topic, partitions, which, level)
}

func (c *Client) offsetOf(ctx context.Context, at TopicPartition, which int64) (int64, error) {
	offsets, err := c.listOffsets(ctx, at.Topic, []int{at.Partition}, which, kafka.ReadUncommitted)
	if err != nil {
		return 0, err
	}
	return offsets[0], nil
}

// listOffsets returns offsets in the order of partitions.
func (c *Client) listOffsets(ctx context.Context, topic string, partitions []int, which int64, level kafka.IsolationLevel) ([]int64, error) {
	offsets := make([]int64, len(partitions))
	err := c.retry(ctx, func(ctx context.Context) error {
		found, err := c.requestOffsets(ctx, topic, partitions, which, level)
		if err != nil {
			return err
		}
		for i, p := range partitions {
			offset, ok := found[p]
			if !ok {
				return fmt.Errorf("partition %d is missing in the answer: %w", p, kafka.LeaderNotAvailable)
			}
			offsets[i] = offset
		}
		return nil
	})
	if err != nil {
		return nil, &Error{Op: "list offsets", Topic: topic, Partition: NoPartition, Err: err}
	}
	return offsets, nil
}

// requestOffsets goes below kafka.Client.ListOffsets, which reports a partition
// that no broker answered for as offset 0 or as an unknown error.
func (c *Client) requestOffsets(ctx context.Context, topic string, partitions []int, which int64, level kafka.IsolationLevel) (map[int]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	req := &listoffsets.Request{ReplicaID: -1, IsolationLevel: int8(level), Topics: []listoffsets.RequestTopic{{Topic: topic}}}
	for _, p := range partitions {
		req.Topics[0].Partitions = append(req.Topics[0].Partitions,
			listoffsets.RequestPartition{Partition: int32(p), CurrentLeaderEpoch: -1, Timestamp: which})
	}
	msg, err := c.transport.RoundTrip(ctx, c.addr, req)
	if err != nil {
		return nil, err
	}
	res, ok := msg.(*listoffsets.Response)
	if !ok {
		return nil, fmt.Errorf("answer is a %T", msg)
	}
	found := make(map[int]int64, len(partitions))
	for _, t := range res.Topics {
		for _, p := range t.Partitions {
			switch code := kafka.Error(p.ErrorCode); {
			case code == kafka.Unknown: // kafka-go's stand-in for a connection that broke
				return nil, kafka.NetworkException
			case code != 0:
				return nil, code
			}
			found[int(p.Partition)] = p.Offset
		}
	}
	return found, nil
}
