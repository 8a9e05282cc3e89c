package kafkalog

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
)

// member collects what one member of a group is assigned.
type member struct {
	group *Group
	gens  chan *Generation
	ended chan int
	errs  chan error
}

func join(t *testing.T, c *Client) *member {
	t.Helper()
	g, err := c.NewGroup(GroupOptions{ID: "g", Topics: []string{"log"}, SessionTimeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	m := &member{group: g, gens: make(chan *Generation, 10), ended: make(chan int, 10), errs: make(chan error, 1)}
	go func() {
		for {
			gen, err := g.Next(context.Background())
			if err != nil {
				m.errs <- err
				return
			}
			gen.Run(func(ctx context.Context) {
				<-ctx.Done()
				m.ended <- gen.ID
			})
			m.gens <- gen
		}
	}()
	t.Cleanup(func() { _ = g.Close() })
	return m
}

// await returns the first generation with so many partitions.
func (m *member) await(t *testing.T, partitions int) *Generation {
	t.Helper()
	for {
		select {
		case gen := <-m.gens:
			if len(gen.Assigned["log"]) == partitions {
				return gen
			}
		case <-testContext(t).Done():
			t.Fatalf("no generation with %d partitions", partitions)
		}
	}
}

func TestGroupMovesPartitions(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(4, "log"), kfake.GroupMinSessionTimeout(time.Second))
	ctx := testContext(t)
	one, two := cluster.dial(t), cluster.dial(t)

	first := join(t, one)
	alone := first.await(t, 4)
	second := join(t, two)
	half, other := first.await(t, 2), second.await(t, 2)
	if ended := <-first.ended; ended != alone.ID {
		t.Errorf("generation %d ended, want %d", ended, alone.ID)
	}
	all := slices.Sorted(slices.Values(slices.Concat(half.Assigned["log"], other.Assigned["log"])))
	if diff := cmp.Diff([]int{0, 1, 2, 3}, all); diff != "" {
		t.Error(diff)
	}

	// The generation that is over commits nothing, neither alone nor in a transaction.
	at := TopicPartition{"log", 0}
	if err := one.CommitOffsets(ctx, alone.Offsets(Positions{at: 1})); !errors.Is(err, ErrFenced) {
		t.Errorf("stale commit: %v", err)
	}
	p := mustInit(t, one, "p")
	mustBegin(t, p, "log", "stale", "1")
	if _, err := p.Commit(ctx, alone.Offsets(Positions{at: 2})); !errors.Is(err, ErrFenced) {
		t.Errorf("stale transaction: %v", err)
	}
	if err := p.Abort(ctx); err != nil {
		t.Fatal(err)
	}
	// The current one does.
	if err := one.CommitOffsets(ctx, half.Offsets(Positions{at: 3})); err != nil {
		t.Error(err)
	}
	mustBegin(t, p, "log", "current", "1")
	mustCommit(t, p, half.Offsets(Positions{{"log", 1}: 4}))
	got, err := one.CommittedOffsets(ctx, "g", "log")
	if err != nil || !maps.Equal(got, map[int]int64{0: 3, 1: 4}) {
		t.Errorf("committed %v, %v", got, err)
	}

	if err := first.group.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-first.errs; !errors.Is(err, ErrGroupClosed) {
		t.Errorf("after close: %v", err)
	}
	second.await(t, 4)
}

func TestGroupNeedsAName(t *testing.T) {
	c := startCluster(t).dial(t)
	if _, err := c.NewGroup(GroupOptions{Topics: []string{"log"}}); err == nil {
		t.Error("no error")
	}
}

func TestGroupNextEndsWithContext(t *testing.T) {
	c, err := Dial(Options{Brokers: []string{"127.0.0.1:1"}, Timeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	g, err := c.NewGroup(GroupOptions{ID: "g", Topics: []string{"log"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := g.Next(ctx); err == nil {
		t.Error("no error")
	}
}
