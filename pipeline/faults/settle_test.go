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
	ends, err := g.client.EndOffsets(ctx, schemas.TopicEvents)
	if err != nil {
		return err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		behind := g.behind(ctx, ends)
		if behind == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("catch up: %d partitions are behind: %w", behind, ctx.Err())
		}
	}
}

func (g *rig) caughtUpWithin(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return g.caughtUp(ctx)
}

// behind counts the partitions that the processors, or the sinks, have not read up
// to their ends. A group that nobody can tell of has read nothing.
func (g *rig) behind(ctx context.Context, ends []int64) (n int) {
	for _, group := range []string{process.Group, g.group} {
		committed, err := g.client.CommittedOffsets(ctx, group, schemas.TopicEvents)
		for p, end := range ends {
			if err != nil || committed[p] < end {
				n++
			}
		}
	}
	return n
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
	for p := range ends {
		reader := g.client.NewReader(schemas.TopicDead, p, 0)
		for reader.Position() < ends[p] {
			_, err := reader.Fetch(ctx, time.Second, 1<<20, func(r kafkalog.Record) error {
				letter, err := dec.DeadLetter(r.Value)
				seen[string(letter.Bytes)] = true
				return err
			})
			if err != nil {
				return 0, 0, err
			}
		}
	}
	for text := range g.w.dead {
		if !seen[text] {
			lost++
		}
		delete(seen, text)
	}
	return lost, len(seen), nil
}
