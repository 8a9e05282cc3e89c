package kafkalog

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
)

// member collects what one member of a group is assigned.
type member struct {
	topic string
	group *Group
	gens  chan *Generation
	ended chan int
	errs  chan error
}

func join(t *testing.T, c *Client, topic string) *member {
	t.Helper()
	g, err := c.NewGroup(GroupOptions{ID: t.Name(), Topics: []string{topic}, SessionTimeout: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	m := &member{topic: topic, group: g, gens: make(chan *Generation, 100), ended: make(chan int, 100), errs: make(chan error, 1)}
	go func() {
		for {
			gen, err := g.Next(context.Background())
			if err != nil {
				m.errs <- err
				return
			}
			gen.Run(func(ctx context.Context) {
				<-ctx.Done()
				send(t, m.ended, gen.ID)
			})
			send(t, m.gens, gen)
		}
	}()
	t.Cleanup(func() { _ = g.Close() })
	return m
}

// send gives v to the test, as long as it is there to take it.
func send[T any](t *testing.T, to chan<- T, v T) {
	select {
	case to <- v:
	case <-t.Context().Done():
	}
}

// await returns the first generation with so many partitions.
func (m *member) await(t *testing.T, partitions int) *Generation {
	t.Helper()
	for {
		select {
		case gen := <-m.gens:
			if len(gen.Assigned[m.topic]) == partitions {
				return gen
			}
		case <-testContext(t).Done():
			t.Fatalf("no generation with %d partitions", partitions)
		}
	}
}

func TestGroupMovesPartitions(t *testing.T) { onBoth(t, testGroupMovesPartitions) }

func testGroupMovesPartitions(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 4, nil)
	ctx := testContext(t)
	one, two := cluster.dial(t), cluster.dial(t)

	first := join(t, one, log)
	alone := first.await(t, 4)
	second := join(t, two, log)
	half, other := first.await(t, 2), second.await(t, 2)
	if ended := <-first.ended; ended != alone.ID {
		t.Errorf("generation %d ended, want %d", ended, alone.ID)
	}
	all := slices.Sorted(slices.Values(slices.Concat(half.Assigned[log], other.Assigned[log])))
	if diff := cmp.Diff([]int{0, 1, 2, 3}, all); diff != "" {
		t.Error(diff)
	}

	// The generation that is over commits nothing, neither alone nor in a transaction.
	at := TopicPartition{log, 0}
	if err := one.CommitOffsets(ctx, alone.Offsets(Positions{at: 1})); !errors.Is(err, ErrFenced) {
		t.Errorf("stale commit: %v", err)
	}
	p := mustInit(t, one, "p")
	mustBegin(t, p, log, "stale", "1")
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
	mustBegin(t, p, log, "current", "1")
	mustCommit(t, p, half.Offsets(Positions{{log, 1}: 4}))
	eventually(t, func() bool { // the transaction's part as soon as its marker is written
		got, err := one.CommittedOffsets(ctx, t.Name(), log)
		return err == nil && maps.Equal(got, map[int]int64{0: 3, 1: 4})
	})

	if err := first.group.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-first.errs; !errors.Is(err, ErrGroupClosed) {
		t.Errorf("after close: %v", err)
	}
	second.await(t, 4)
}

func TestGroupKeepsPartitions(t *testing.T) { onBoth(t, testGroupKeepsPartitions) }

// testGroupKeepsPartitions: of three members one leaves and another joins. Those
// that stay keep what they have, but for what an even division takes from them.
func testGroupKeepsPartitions(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 6, nil)
	c := cluster.dial(t)
	first := join(t, c, log)
	first.await(t, 6)
	second := join(t, c, log)
	second.await(t, 3)
	third := join(t, c, log)
	third.await(t, 2)
	var had [2][]int
	for i, m := range []*member{first, second} {
		had[i] = m.await(t, 2).Assigned[log]
	}
	if err := third.group.Close(); err != nil {
		t.Fatal(err)
	}
	for i, m := range []*member{first, second} {
		has := m.await(t, 3).Assigned[log]
		if !subset(had[i], has) {
			t.Errorf("member %d had %v and has %v after another has left", i, had[i], has)
		}
		had[i] = has
	}
	fourth := join(t, c, log)
	fourth.await(t, 2)
	for i, m := range []*member{first, second} {
		if has := m.await(t, 2).Assigned[log]; !subset(has, had[i]) {
			t.Errorf("member %d had %v and has %v after another has joined", i, had[i], has)
		}
	}
}

func subset(a, b []int) bool {
	return !slices.ContainsFunc(a, func(v int) bool { return !slices.Contains(b, v) })
}

func TestGroupWithOlderMember(t *testing.T) { onBoth(t, testGroupWithOlderMember) }

// testGroupWithOlderMember: a member that knows ranges only can join, and when it
// has left the group is sticky again.
func testGroupWithOlderMember(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 4, nil)
	c := cluster.dial(t)
	first := join(t, c, log)
	first.await(t, 4)
	old, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: t.Name(), Brokers: cluster.addrs, Topics: []string{log},
		GroupBalancers: []kafka.GroupBalancer{kafka.RangeGroupBalancer{}}, JoinGroupBackoff: joinBackoff,
	})
	if err != nil {
		t.Fatal(err)
	}
	gen, err := old.Next(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(gen.Assignments[log]); n != 2 {
		t.Errorf("the older member has %d partitions", n)
	}
	first.await(t, 2)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	first.await(t, 4)
	join(t, c, log).await(t, 2)
	first.await(t, 2)
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

func TestUnknownGroupHasCommittedNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, cluster *testCluster) {
		got, err := cluster.dial(t).CommittedOffsets(testContext(t), t.Name(), cluster.topic(t, 2, nil))
		if err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
}
