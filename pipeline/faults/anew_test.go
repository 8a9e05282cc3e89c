package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// sinksAnew empties the tables and lets sinks fill them again from a log whose
// superseded snapshots are gone: the changes that only those called new have to be
// told from the ones that are left.
var sinksAnew = fault{"sinks begin anew, log compacted", func(ctx context.Context, g *rig) error {
	for _, m := range g.members {
		if m.has(sink) {
			m.stop()
		}
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(g.broker.Addr()))
	if err != nil {
		return err
	}
	defer client.Close()
	if err := g.compact(ctx, client); err != nil {
		return err
	}
	if err := g.forgetGroup(ctx, client); err != nil {
		return err
	}
	for _, c := range compared {
		if err := g.db.Conn().Exec(ctx, "TRUNCATE TABLE "+g.database+"."+c.table); err != nil {
			return fmt.Errorf("empty table %s: %w", c.table, err)
		}
	}
	for _, m := range g.members {
		if err := m.start(); err != nil {
			return err
		}
	}
	return nil
}}

// forgetGroup deletes the sinks' offsets, which can be done as soon as the group
// has found out that they are gone.
func (g *rig) forgetGroup(ctx context.Context, client *kgo.Client) error {
	ask := kmsg.NewPtrDeleteGroupsRequest()
	ask.Groups = []string{g.group}
	return g.every(ctx, "delete group "+g.group, func() error {
		answer, err := ask.RequestWith(ctx, client)
		if err != nil {
			return err
		}
		return kerr.ErrorForCode(answer.Groups[0].ErrorCode)
	})
}

// compact returns when no snapshot of now is in the log that another one of now
// supersedes.
func (g *rig) compact(ctx context.Context, client *kgo.Client) error {
	set := kmsg.IncrementalAlterConfigOpSet
	err := g.configure(ctx, client, set, map[string]string{
		"min.compaction.lag.ms": "0", "min.cleanable.dirty.ratio": "0", "segment.ms": "1",
	})
	if err != nil {
		return err
	}
	ends, err := g.client.EndOffsets(ctx, schemas.TopicStatus)
	if err != nil {
		return err
	}
	err = g.every(ctx, "compact "+schemas.TopicStatus, func() error {
		if err := g.feed(ctx, chunk); err != nil { // the last segment is never compacted
			return err
		}
		if err := g.broker.Compact(); err != nil {
			return err
		}
		n, err := g.superseded(ctx, ends)
		if err == nil && n > 0 {
			err = fmt.Errorf("%d superseded records are still there", n)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range schemas.Topics() {
		if t.Name == schemas.TopicStatus {
			err = g.configure(ctx, client, set, map[string]string{"min.compaction.lag.ms": t.Config["min.compaction.lag.ms"]})
		}
	}
	if err != nil {
		return err
	}
	return g.configure(ctx, client, kmsg.IncrementalAlterConfigOpDelete, map[string]string{"min.cleanable.dirty.ratio": "", "segment.ms": ""})
}

// configure changes settings of mail.status.
func (g *rig) configure(ctx context.Context, client *kgo.Client, op kmsg.IncrementalAlterConfigOp, settings map[string]string) error {
	ask, topic := kmsg.NewPtrIncrementalAlterConfigsRequest(), kmsg.NewIncrementalAlterConfigsRequestResource()
	topic.ResourceType, topic.ResourceName = kmsg.ConfigResourceTypeTopic, schemas.TopicStatus
	for name, value := range settings {
		c := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
		c.Name, c.Op = name, op
		if op == kmsg.IncrementalAlterConfigOpSet {
			c.Value = &value
		}
		topic.Configs = append(topic.Configs, c)
	}
	ask.Resources = append(ask.Resources, topic)
	answer, err := ask.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(answer.Resources[0].ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("configure %s: %w", schemas.TopicStatus, err)
	}
	return nil
}

// superseded counts the records before some offsets of which there is a newer one
// before them.
func (g *rig) superseded(ctx context.Context, ends []int64) (n int, err error) {
	seen := map[string]bool{}
	err = g.read(ctx, schemas.TopicStatus, ends, func(_ int, r kafkalog.Record) error {
		if seen[string(r.Key)] && r.Key[0] != 0 { // bookmarks are the partition's own
			n++
		}
		seen[string(r.Key)] = true
		return nil
	})
	return n, err
}

// read hands out a topic's records before some offsets.
func (g *rig) read(ctx context.Context, topic string, ends []int64, fn func(partition int, r kafkalog.Record) error) error {
	starts, err := g.client.StartOffsets(ctx, topic) // compaction can take the first records away
	if err != nil {
		return err
	}
	for p, end := range ends {
		reader := g.client.NewReader(topic, p, starts[p])
		for reader.Position() < end {
			_, err := reader.Fetch(ctx, time.Second, 1<<20, func(r kafkalog.Record) error {
				if r.Offset >= end {
					return nil
				}
				return fn(p, r)
			})
			if err != nil {
				return fmt.Errorf("read %s/%d: %w", topic, p, err)
			}
		}
	}
	return nil
}

// every tries something again until it succeeds.
func (g *rig) every(ctx context.Context, what string, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, againWithin)
	defer cancel()
	tick := time.NewTicker(2 * pollEvery)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}
