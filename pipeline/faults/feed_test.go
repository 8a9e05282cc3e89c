package faults

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// chunk is how many items are published at a time while a fault lasts.
const chunk = 15

// feed publishes n items, and lets the logs grow likewise. When there is nothing
// new until the next fault, earlier items come again.
func (g *rig) feed(ctx context.Context, n int) error {
	records := make([][]kafkalog.Record, partitions)
	for range n {
		it := &g.w.items[g.r.IntN(len(g.w.items))]
		if g.next < g.limit {
			it = &g.w.items[g.next]
			g.next++
		}
		if err := g.encode(it, records); err != nil {
			return err
		}
	}
	for p := range records {
		if err := g.out.Publish(ctx, schemas.TopicEvents, p, records[p]); err != nil {
			return err
		}
	}
	for i, log := range g.logs {
		whole := len(g.w.logs[i])
		if err := log.grow(whole*g.next/len(g.w.items) - (whole - len(log.rest))); err != nil {
			return err
		}
	}
	return nil
}

func (g *rig) encode(it *item, records [][]kafkalog.Record) error {
	switch {
	case it.event != nil:
		value, err := g.enc.Event(it.event)
		key := []byte(it.event.MessageID)
		p := kafkalog.Partition(key, partitions)
		records[p] = append(records[p], kafkalog.Record{Key: key, Value: slices.Clone(value)})
		return err
	case it.clock != nil:
		value, err := g.enc.Clock(*it.clock)
		for p := range records {
			records[p] = append(records[p], kafkalog.Record{Key: []byte("clock:" + it.clock.Stream), Value: slices.Clone(value)})
		}
		return err
	}
	p := g.r.IntN(partitions)
	records[p] = append(records[p], kafkalog.Record{Key: []byte("rubbish"), Value: it.raw})
	return nil
}

// onward publishes some items, and waits until they are where they belong.
func (g *rig) onward(ctx context.Context) error {
	if err := g.feed(ctx, chunk); err != nil {
		return err
	}
	return g.caughtUpWithin(ctx, againWithin)
}

// onwardEverywhere is onward until every partition has got something to process.
func (g *rig) onwardEverywhere(ctx context.Context) error {
	ends, err := g.client.EndOffsets(ctx, schemas.TopicStatus)
	if err != nil {
		return err
	}
	return g.every(ctx, "go on in all partitions", func() error {
		if err := g.onward(ctx); err != nil {
			return err
		}
		now, err := g.client.EndOffsets(ctx, schemas.TopicStatus)
		for p := range now {
			if now[p] <= ends[p] {
				return fmt.Errorf("partition %d got nothing", p)
			}
		}
		return err
	})
}

// during lets time pass, and events come.
func (g *rig) during(ctx context.Context, d time.Duration) error {
	end := time.NewTimer(d)
	defer end.Stop()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { end.Reset(0) })
	defer stop()
	go func() { <-end.C; close(done) }()
	return g.until(ctx, done)
}

// until lets events come until something has happened. A broker that is away
// holds up nobody but the feed.
func (g *rig) until(ctx context.Context, done <-chan struct{}) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return ctx.Err()
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		feeding, cancel := context.WithTimeout(ctx, time.Second)
		at := g.next
		if err := g.feed(feeding, chunk); err != nil {
			g.next = at // some may be there; they come again
		}
		cancel()
	}
}
