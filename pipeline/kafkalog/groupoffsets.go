package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"
)

// CommittedOffsets returns the group's committed offsets by partition. A
// partition for which nothing was committed is absent.
func (c *Client) CommittedOffsets(ctx context.Context, group, topic string) (map[int]int64, error) {
	n, err := c.Partitions(ctx, topic)
	if err != nil {
		return nil, err
	}
	partitions := make([]int, n)
	for i := range partitions {
		partitions[i] = i
	}
	var offsets map[int]int64
	err = c.retry(ctx, func(ctx context.Context) error {
		res, err := c.kafka.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: partitions}})
		if err != nil {
			return err
		}
		offsets, err = committed(res, topic, n)
		return err
	})
	if err != nil {
		return nil, &Error{Op: "fetch offsets of group " + group + " for", Topic: topic, Partition: NoPartition, Err: err}
	}
	return offsets, nil
}

func committed(res *kafka.OffsetFetchResponse, topic string, n int) (map[int]int64, error) {
	switch {
	case errors.Is(res.Error, kafka.GroupIdNotFound): // how some brokers say that it has committed nothing
		return map[int]int64{}, nil
	case res.Error != nil:
		return nil, res.Error
	}
	answers := res.Topics[topic]
	if len(answers) != n {
		return nil, fmt.Errorf("%d of %d partitions answered: %w", len(answers), n, kafka.NetworkException)
	}
	offsets := make(map[int]int64, n)
	for _, a := range answers {
		if a.Error != nil {
			return nil, fmt.Errorf("partition %d: %w", a.Partition, a.Error)
		}
		if a.CommittedOffset >= 0 {
			offsets[a.Partition] = a.CommittedOffset
		}
	}
	return offsets, nil
}

// CommitOffsets commits outside any transaction. A member whose generation is
// over gets ErrFenced and has committed nothing.
func (c *Client) CommitOffsets(ctx context.Context, g *GroupOffsets) error {
	topics := map[string][]kafka.OffsetCommit{}
	for at, offset := range g.Offsets {
		topics[at.Topic] = append(topics[at.Topic], kafka.OffsetCommit{Partition: at.Partition, Offset: offset})
	}
	if len(topics) == 0 {
		return nil
	}
	err := c.retry(ctx, func(ctx context.Context) error {
		res, err := c.kafka.OffsetCommit(ctx, &kafka.OffsetCommitRequest{
			GroupID: g.Group, GenerationID: g.generation(), MemberID: g.MemberID, Topics: topics,
		})
		if err != nil {
			return err
		}
		var all answers
		for _, partitions := range res.Topics {
			for _, a := range partitions {
				all.add(a.Error)
			}
		}
		return all.result()
	})
	if err == nil {
		return nil
	}
	if slices.Contains(fencedCodes, brokerCode(err)) {
		err = fmt.Errorf("%w: %w", ErrFenced, err)
	}
	return &Error{Op: "commit offsets of group " + g.Group, Partition: NoPartition, Err: err}
}
