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

// ReadBy reports whether a group has committed all records before the given
// offsets, by partition. What holds none, as the ends of transactions, need not be
// committed.
func (c *Client) ReadBy(ctx context.Context, group, topic string, ends map[int]int64) (bool, error) {
	from, err := c.StartOffsets(ctx, topic)
	if err != nil {
		return false, err
	}
	committed, err := c.CommittedOffsets(ctx, group, topic)
	if err != nil {
		return false, err
	}
	for p, end := range ends {
		if p >= len(from) {
			return false, &Error{Op: "look for offsets in", Topic: topic, Partition: p, Err: kafka.UnknownTopicOrPartition}
		}
		if none, err := c.holdsNone(ctx, TopicPartition{topic, p}, max(from[p], committed[p]), end); err != nil || !none {
			return false, err
		}
	}
	return true, nil
}

// errRecord is the error of a fetch that has found what it is about.
var errRecord = errors.New("a record")

// holdsNone reports whether there are offsets only, and no records.
func (c *Client) holdsNone(ctx context.Context, at TopicPartition, from, end int64) (bool, error) {
	r := c.NewReader(at.Topic, at.Partition, from)
	for next := from; next < end; next = r.Position() {
		first := int64(-1)
		_, err := r.Fetch(ctx, 0, 1, func(r Record) error { first = r.Offset; return errRecord })
		switch {
		case first >= 0:
			return first >= end, nil
		case err != nil:
			return false, err
		case r.Position() == next: // not decided yet
			return false, nil
		}
	}
	return true, nil
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
