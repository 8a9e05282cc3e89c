package kafkalog

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestPublishOnce resends after lost answers, and every record must be there
// once, in order.
func TestPublishOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, cluster *testCluster) { testPublishOnce(t, cluster, cluster.topic(t, 1, nil)) })
}

// TestPublishOnceAfterFaults has timeouts and a moved leader, too.
func TestPublishOnceAfterFaults(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	faults := cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut, Count: 2},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 1},
	)
	testPublishOnce(t, cluster, "log")
	if faults.Hits() != 3 {
		t.Errorf("%d of 3 faults were met", faults.Hits())
	}
}

func testPublishOnce(t *testing.T, cluster *testCluster, log string) {
	c := cluster.dial(t, func(o *Options) { o.BatchBytes = 400 })
	pub := c.NewPublisher()
	for i := range 5 {
		cluster.lose.next(kmsg.Produce, 1, nil)
		if err := pub.Publish(testContext(t), log, 0, records(i*100, 100)); err != nil {
			t.Fatal(err)
		}
		if cluster.lose.left() > 0 {
			t.Error("no answer was lost")
		}
	}
	if diff := cmp.Diff(texts(records(0, 500)), readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestPublishAnewAfterLostProducerState(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	pub := c.NewPublisher()
	for i, code := range []*kerr.Error{kerr.OutOfOrderSequenceNumber, kerr.UnknownProducerID, kerr.InvalidProducerEpoch} {
		cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: code})
		if err := pub.Publish(testContext(t), "log", 0, records(i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(texts(records(0, 3)), readAll(t, c, "log", 0)); diff != "" {
		t.Error(diff)
	}
}

func TestPublishGivesUpOnlyWithContext(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t, func(o *Options) { o.RetryFor = time.Millisecond })
	pub := c.NewPublisher()
	down := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	ctx, cancel := context.WithCancel(testContext(t))
	done := make(chan error, 1)
	go func() { done <- pub.Publish(ctx, "log", 0, records(0, 1)) }()
	if err := down.Wait(testContext(t), 5); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || !errors.Is(err, kafkaNotEnoughReplicas) {
		t.Fatalf("got %v", err)
	}
	down.Remove()
	if err := pub.Publish(testContext(t), "log", 0, records(1, 1)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"k1=v1"}, readAll(t, cluster.dial(t), "log", 0)); diff != "" {
		t.Error(diff)
	}
}

// TestDoubtfulBatchHidesNoOther: the broker has a batch whose answers were all
// lost. What is published next must not be taken for a resend of it.
func TestDoubtfulBatchHidesNoOther(t *testing.T) { onBoth(t, testDoubtfulBatchHidesNoOther) }

func testDoubtfulBatchHidesNoOther(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	pub := c.NewPublisher()
	ctx, giveUp := context.WithCancel(testContext(t))
	cluster.lose.next(kmsg.Produce, 3, giveUp)
	if err := pub.Publish(ctx, log, 0, records(0, 1)); err == nil {
		t.Fatal("no error")
	}
	if err := pub.Publish(testContext(t), log, 0, records(1, 1)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(texts(records(0, 2)), readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestPublishRefused(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed})
	err := c.NewPublisher().Publish(testContext(t), "log", 0, records(0, 1))
	var e *Error
	if !errors.As(err, &e) || e.Temporary() || e.Topic != "log" || e.Partition != 0 {
		t.Fatalf("got %v", err)
	}
}

func TestPublishConcurrently(t *testing.T) { onBoth(t, testPublishConcurrently) }

func testPublishConcurrently(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 4, nil)
	c := cluster.dial(t)
	pub := c.NewPublisher()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 10 {
				if err := pub.Publish(testContext(t), log, i%4, records(100*i+10*j, 10)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for p := range 4 {
		total += len(readAll(t, c, log, p))
	}
	if total != 1600 {
		t.Errorf("%d records", total)
	}
}
