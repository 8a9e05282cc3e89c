package cli_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// pulse publishes an event to one partition after the other and watches when what
// follows from it is committed, which tells how long each partition stands still.
type pulse struct {
	t      *testing.T
	addr   string
	client *kafkalog.Client
	mu     sync.Mutex
	beaten chan struct{} // closed and replaced when something was committed
	last   []time.Time   // commit by partition
	pause  []time.Duration
}

const (
	pulsePartitions = 4
	pulseEvery      = 10 * time.Millisecond // one partition after the other
)

// startPulse makes the topics, and lets the pulse beat until the test ends.
func startPulse(t *testing.T, addr string) *pulse {
	t.Helper()
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{addr}, MaxRecordBytes: schemas.MaxRecord})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	var topics []kafkalog.Topic
	for _, topic := range schemas.Topics() {
		topics = append(topics, kafkalog.Topic{Name: topic.Name, Partitions: pulsePartitions, Replication: 1, Config: topic.Config})
	}
	if err := client.EnsureTopics(t.Context(), topics...); err != nil {
		t.Fatal(err)
	}
	p := &pulse{
		t: t, addr: addr, client: client, beaten: make(chan struct{}),
		last: make([]time.Time, pulsePartitions), pause: make([]time.Duration, pulsePartitions),
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	t.Cleanup(func() { cancel(); all.Wait() })
	all.Go(func() { p.beat(ctx) })
	for partition := range pulsePartitions {
		all.Go(func() { p.watch(ctx, partition) })
	}
	return p
}

func (p *pulse) beat(ctx context.Context) {
	out, enc := p.client.NewPublisher(), schemas.NewEncoder()
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	turn := 0
	for n := 1; ; n++ {
		id := fmt.Sprintf("%d@pulse.example.com", n)
		at := kafkalog.Partition([]byte(id), pulsePartitions)
		if at != turn%pulsePartitions {
			continue
		}
		turn++
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		value, err := enc.Event(&schemas.Event{
			Identity: schemas.Identity{MessageID: id, Recipient: "reader@example.net"}, ID: schemas.EventID(n), Kind: schemas.Delivered,
			Time: time.Now().UnixMilli(), Source: schemas.SourcePostfix, Stream: "pulse", Code: 250, Reply: "250 ok",
		})
		if err == nil {
			err = out.Publish(ctx, schemas.TopicEvents, at, []kafkalog.Record{{Key: []byte(id), Value: slices.Clone(value)}})
		}
		if err != nil && ctx.Err() == nil {
			p.t.Errorf("publish: %v", err)
			return
		}
	}
}

func (p *pulse) watch(ctx context.Context, partition int) {
	r := p.client.NewReader(schemas.TopicStatus, partition, 0)
	for ctx.Err() == nil {
		was := r.Position()
		_, err := r.Fetch(ctx, time.Second, 1<<20, func(kafkalog.Record) error { return nil })
		if err != nil && ctx.Err() == nil {
			p.t.Errorf("watch partition %d: %v", partition, err)
			return
		}
		if r.Position() > was {
			p.committed(partition, time.Now())
		}
	}
}

func (p *pulse) committed(partition int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause[partition] = max(p.pause[partition], now.Sub(p.last[partition]))
	p.last[partition] = now
	close(p.beaten)
	p.beaten = make(chan struct{})
}

// from forgets the pauses so far, and returns when now is.
func (p *pulse) from() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.pause)
	return time.Now()
}

// longest returns the longest pause of some partitions since from, that which
// still lasts included.
func (p *pulse) longest(partitions []int) (longest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range partitions {
		longest = max(longest, p.pause[at], time.Since(p.last[at]))
	}
	return longest
}

// await waits until each of the partitions has committed something after a time.
func (p *pulse) await(partitions []int, after time.Time) {
	p.t.Helper()
	limit := time.After(time.Minute)
	for {
		p.mu.Lock()
		beaten := p.beaten
		behind := slices.DeleteFunc(slices.Clone(partitions), func(at int) bool { return p.last[at].After(after) })
		p.mu.Unlock()
		if len(behind) == 0 {
			return
		}
		select {
		case <-beaten:
		case <-limit:
			p.t.Fatalf("partitions %v are not processed", behind)
		}
	}
}
