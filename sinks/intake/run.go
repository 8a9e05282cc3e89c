package intake

import (
	"context"
	"errors"
	"fmt"

	"mailfate/pipeline/kafkalog"
)

// Run consumes the topics as a member of a consumer group, beginning at the
// group's offsets, or where the log begins for a group that has none. It returns
// nil when ctx ends.
func (in *Intake) Run(ctx context.Context, client *kafkalog.Client, groupID string, topics ...string) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	group, err := client.NewGroup(kafkalog.GroupOptions{ID: groupID, Topics: topics})
	if err != nil {
		return fmt.Errorf("consume topics: %w", err)
	}
	defer func() { err = errors.Join(err, group.Close()) }()
	for {
		gen, err := group.Next(ctx)
		if err != nil {
			return ended(ctx, err)
		}
		if err := in.generation(ctx, client, gen, cancel); err != nil {
			return ended(ctx, err)
		}
	}
}

// failure is why Run's context was cancelled, if it was by a partition.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// ended tells a failure from a wish.
func ended(ctx context.Context, err error) error {
	var f failure
	switch {
	case errors.As(context.Cause(ctx), &f):
		return f.error
	case ctx.Err() != nil:
		return nil
	}
	return fmt.Errorf("consume topics: %w", err)
}

// generation starts to consume what was assigned.
func (in *Intake) generation(ctx context.Context, client *kafkalog.Client, gen *kafkalog.Generation, fail context.CancelCauseFunc) error {
	for topic, partitions := range gen.Assigned {
		var from []int64
		ask := func() (err error) {
			from, err = beginnings(ctx, client, gen.GroupID, topic)
			return err
		}
		tell := func(err error) { in.opts.Logger.WarnContext(ctx, "sink waits to begin", "topic", topic, "error", err) }
		if err := retry(ctx, temporary, ask, tell); err != nil {
			return err
		}
		for _, n := range partitions {
			if n >= len(from) {
				return fmt.Errorf("partition %d of %s was assigned, but it has %d", n, topic, len(from))
			}
			p := Partition{Topic: topic, Number: n, From: from[n], Log: client.NewReader(topic, n, from[n])}
			p.Commit = func(ctx context.Context, offset int64) error {
				at := kafkalog.TopicPartition{Topic: topic, Partition: n}
				return client.CommitOffsets(ctx, gen.Offsets(kafkalog.Positions{at: offset}))
			}
			gen.Run(func(ctx context.Context) {
				// A member that was fenced joins again: its generation ends with this.
				if err := in.Consume(ctx, p); err != nil && !errors.Is(err, kafkalog.ErrFenced) {
					fail(failure{err})
				}
			})
		}
	}
	return nil
}

// beginnings returns by partition where to begin.
func beginnings(ctx context.Context, client *kafkalog.Client, groupID, topic string) ([]int64, error) {
	from, err := client.StartOffsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	committed, err := client.CommittedOffsets(ctx, groupID, topic)
	if err != nil {
		return nil, err
	}
	for n, offset := range committed {
		if n < len(from) {
			from[n] = offset
		}
	}
	return from, nil
}
