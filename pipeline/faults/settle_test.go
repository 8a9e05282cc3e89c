package faults

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/process"
	"mailfate/schemas"
)

const (
	// settleWithin is how long a pipeline may take until all is well again.
	settleWithin = 3 * time.Minute

	// pollEvery is how often it is asked how far it has come.
	pollEvery = 50 * time.Millisecond
)

// caughtUp waits until all that was published is processed and in ClickHouse.
func (g *rig) caughtUp(ctx context.Context) error {
	for _, r := range []struct{ group, topic string }{
		{process.Group, schemas.TopicEvents}, {g.group, schemas.TopicEvents}, {g.group, schemas.TopicStatus},
	} {
		if err := g.hasRead(ctx, r.group, r.topic); err != nil {
			return err
		}
	}
	return nil
}

// hasRead waits until a group has read a topic up to its ends of now.
func (g *rig) hasRead(ctx context.Context, group, topic string) error {
	ends, err := g.client.EndOffsets(ctx, topic)
	if err != nil {
		return err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		behind := g.behind(ctx, group, topic, ends)
		if behind == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("catch up: %s has %d partitions of %s left to read: %w", group, behind, topic, ctx.Err())
		}
	}
}

func (g *rig) caughtUpWithin(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return g.caughtUp(ctx)
}

// behind counts the partitions that a group has not read up to their ends. A group
// that nobody can tell of has read nothing.
func (g *rig) behind(ctx context.Context, group, topic string, ends []int64) (n int) {
	committed, err := g.client.CommittedOffsets(ctx, group, topic)
	for p, end := range ends {
		if err != nil || committed[p] < end && g.holds(ctx, topic, p, committed[p], end) {
			n++
		}
	}
	return n
}

// holds reports whether there is a record between two offsets. Sinks do not commit
// what only the markers of transactions take up.
func (g *rig) holds(ctx context.Context, topic string, partition int, from, end int64) (found bool) {
	reader := g.client.NewReader(topic, partition, from)
	for reader.Position() < end && !found {
		_, err := reader.Fetch(ctx, pollEvery, 1<<20, func(kafkalog.Record) error {
			found = true
			return nil
		})
		if err != nil {
			return true
		}
	}
	return found
}

// settle undoes all that is wrong, publishes the rest, and waits until the rows
// are as they have to be, and stay so. What it returns last is the verdict.
func (g *rig) settle(ctx context.Context, ought string) (*verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	for _, m := range g.members {
		m.kafka.heal()
		m.server.heal()
		if err := m.start(); err != nil {
			return nil, err
		}
	}
	g.limit = len(g.w.items)
	for g.next < g.limit {
		if err := g.feed(ctx, min(500, g.limit-g.next)); err != nil {
			return nil, err
		}
	}
	for i, log := range g.logs {
		if err := log.grow(len(log.rest)); err != nil {
			return nil, err
		}
		clock := item{clock: &schemas.Clock{Stream: "log:" + filepath.Base(filepath.Dir(log.path)), Time: endOfTime}}
		records := make([][]kafkalog.Record, partitions)
		if err := g.encode(&clock, records); err != nil {
			return nil, err
		}
		for p := range records {
			if err := g.out.Publish(ctx, schemas.TopicEvents, p, records[p]); err != nil {
				return nil, fmt.Errorf("end log %d: %w", i, err)
			}
		}
	}
	return g.untilExact(ctx, ought)
}

// untilExact asks for the verdict until it is that all is exact and nothing is
// written any more, or for as long as there is time.
func (g *rig) untilExact(ctx context.Context, ought string) (v *verdict, err error) {
	tick := time.NewTicker(10 * pollEvery)
	defer tick.Stop()
	var before []int64
	for {
		if err := g.caughtUp(ctx); err != nil {
			return v, err
		}
		now, err := g.client.EndOffsets(ctx, schemas.TopicStatus)
		if err != nil {
			return v, err
		}
		latest, err := judge(ctx, g.db, g.database, ought)
		if err == nil {
			v = latest
			if v.exact() && slices.Equal(before, now) {
				return v, nil
			}
			before = now
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return v, err // the verdict before is the last word
		}
	}
}

// deadLetters counts the different dead letters that are not among those that
// have to be there, and those that are missing.
func (g *rig) deadLetters(ctx context.Context) (lost, unexpected int, err error) {
	seen := map[string]bool{}
	ends, err := g.client.EndOffsets(ctx, schemas.TopicDead)
	if err != nil {
		return 0, 0, err
	}
	dec := schemas.NewDecoder()
	err = g.read(ctx, schemas.TopicDead, ends, func(_ int, r kafkalog.Record) error {
		letter, err := dec.DeadLetter(r.Value)
		seen[string(letter.Bytes)] = true
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	for text := range g.w.dead {
		if !seen[text] {
			lost++
		}
		delete(seen, text)
	}
	return lost, len(seen), nil
}
