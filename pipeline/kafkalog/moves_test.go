package kafkalog

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"golang.org/x/sync/errgroup"
)

// TestLeadersAndCoordinatorsMove: whatever the client believes about who leads a
// partition or coordinates a group or a transaction is wrong before each step,
// and while steps are under way.
func TestLeadersAndCoordinatorsMove(t *testing.T) {
	const rounds = 8 // each may have to wait for metadata, up to metadataTTL
	cluster := startCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(1, "log", "other"), kfake.GroupMinSessionTimeout(time.Second))
	c := cluster.dial(t, func(o *Options) { o.RetryFor = 30 * time.Second })
	ctx := testContext(t)
	member := join(t, c, "log")
	member.await(t, 1)
	p, pub := mustInit(t, c, "p"), c.NewPublisher()
	move := func() {
		for _, topic := range []string{"log", "other"} {
			if err := cluster.MoveTopicPartition(topic, 0, (cluster.LeaderFor(topic, 0)+1)%3); err != nil {
				t.Error(err)
			}
		}
		cluster.RehashCoordinators()
	}
	var want []string
	for i := range rounds {
		var all errgroup.Group
		all.Go(func() error { return pub.Publish(ctx, "other", 0, records(i, 1)) })
		all.Go(func() error { move(); return nil })
		mustBegin(t, p, "log", "k", fmt.Sprint(i))
		move()
		if err := p.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		move()
		mustCommit(t, p, &GroupOffsets{Group: "g", Offsets: Positions{{"log", 0}: int64(i)}})
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("k=%d", i))
	}
	if diff := cmp.Diff(want, readAll(t, c, "log", 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(texts(records(0, rounds)), readAll(t, c, "other", 0)); diff != "" {
		t.Error(diff)
	}
	if got, err := c.CommittedOffsets(ctx, "g", "log"); err != nil || got[0] != rounds-1 {
		t.Errorf("committed %v, %v", got, err)
	}
	late := join(t, c, "other") // of another topic: the group has to find its coordinator again
	late.await(t, 1)
}
