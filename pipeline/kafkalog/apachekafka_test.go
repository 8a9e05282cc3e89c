package kafkalog

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"mailfate/pipeline/embedded/apachekafka"
)

// TestApacheKafkaIsKilled: what is under way when the broker is killed goes on
// when it is back, and everything is there once.
func TestApacheKafkaIsKilled(t *testing.T) {
	addr, broker := apachekafka.Start(t)
	cluster := &testCluster{addrs: []string{addr}, lose: &loser{}}
	log, other := cluster.topic(t, 1, nil), cluster.topic(t, 1, nil)
	c := cluster.dial(t, func(o *Options) { o.RetryFor = 30 * time.Second })
	ctx := testContext(t)
	pub := c.NewPublisher()
	if err := pub.Publish(ctx, other, 0, records(0, 1)); err != nil {
		t.Fatal(err)
	}
	p, aborted := mustInit(t, c, "p"), mustInit(t, c, "aborted")
	mustBegin(t, p, log, "flushed", "1")
	mustBegin(t, aborted, log, "aborted", "1")
	for _, open := range []*Producer{p, aborted} {
		if err := open.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	member := join(t, c, log)
	first := member.await(t, 1)

	broker.Kill()
	var all errgroup.Group
	all.Go(func() error { return pub.Publish(ctx, other, 0, records(1, 100)) })
	all.Go(func() error {
		if err := p.Append(log, 0, []byte("appended"), []byte("2"), 1); err != nil {
			return err
		}
		_, err := p.Commit(ctx, &GroupOffsets{Group: "g", Offsets: Positions{{log, 0}: 7}})
		return err
	})
	all.Go(func() error { return aborted.Abort(ctx) })
	if err := broker.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(texts(records(0, 101)), readAll(t, c, other, 0)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"flushed=1", "appended=2"}, readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
	eventually(t, func() bool {
		got, err := c.CommittedOffsets(ctx, "g", log)
		return err == nil && got[0] == 7
	})
	if ended := <-member.ended; ended != first.ID {
		t.Errorf("generation %d ended, want %d", ended, first.ID)
	}
	member.await(t, 1)
}
