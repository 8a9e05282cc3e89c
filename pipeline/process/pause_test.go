package process

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// refuseOffsets answers a TxnOffsetCommit with an error for every partition.
func refuseOffsets(req *kmsg.TxnOffsetCommitRequest, code *kerr.Error) kmsg.Response {
	resp := req.ResponseKind().(*kmsg.TxnOffsetCommitResponse)
	for _, topic := range req.Topics {
		refused := kmsg.NewTxnOffsetCommitResponseTopic()
		refused.Topic = topic.Topic
		for _, p := range topic.Partitions {
			at := kmsg.NewTxnOffsetCommitResponseTopicPartition()
			at.Partition, at.ErrorCode = p.Partition, code.Code
			refused.Partitions = append(refused.Partitions, at)
		}
		resp.Topics = append(resp.Topics, refused)
	}
	return resp
}

// A broker that goes on refusing is asked ever more seldom, and as often as at
// first when it has given in.
func TestLastingRefusalIsNoStorm(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client := clientOf(t, 1, cluster.ListenAddrs()...)
	var refusing atomic.Bool
	var refused atomic.Int64
	cluster.ControlKey(int16(kmsg.TxnOffsetCommit), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if !refusing.Load() {
			return nil, nil, false
		}
		refused.Add(1)
		return refuseOffsets(req.(*kmsg.TxnOffsetCommitRequest), kerr.UnknownServerError), nil, true
	})
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	const times = 14 // enough for the largest step
	var waits []time.Duration
	p := New(Options{Client: client, Store: st})
	p.pause = func(ctx context.Context, wait *kafkalog.Backoff) bool {
		waits = append(waits, wait.Next())
		if len(waits)%times == 0 {
			refusing.Store(false)
		}
		return ctx.Err() == nil
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	run, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(run) }()
	pub := newPublisher(t, client, 1)
	for n := range 2 {
		refusing.Store(true)
		pub.events(delivered("m1", "a@example.net", n))
		ends, err := client.EndOffsets(ctx, schemas.TopicEvents)
		if err == nil {
			err = p.WaitFor(ctx, ends)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(waits) != 2*times || refused.Load() != 2*times {
		t.Fatalf("%d pauses, %d refusals", len(waits), refused.Load())
	}
	for n, at := range []int{0, times} {
		if first, last := waits[at], waits[at+times-1]; first > 10*time.Millisecond || last < maxPause/2 || last > maxPause {
			t.Errorf("round %d: pauses from %v to %v", n, first, last)
		}
	}
}

// A broker so slow that a commit times out is given more time, instead of the
// same again for ever.
func TestSlowBrokerIsGivenTime(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client := clientOf(t, 1, cluster.ListenAddrs()...)
	const needed = 60 * time.Millisecond
	cluster.ControlKey(int16(kmsg.AddPartitionsToTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		cluster.SleepControl(func() { <-time.After(needed) })
		return nil, nil, false
	})
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	newPublisher(t, client, 1).events(delivered("m1", "a@example.net", 1))
	p := New(Options{Client: client, Store: st})
	with := newPatience()
	with.commit = needed / 10
	for range 10 {
		w := newWorker(p, st, 0, with)
		if err := errors.Join(w.producer.Init(t.Context()), w.restore(t.Context())); err != nil {
			t.Fatal(err)
		}
		err = w.turn(t.Context(), client.NewReader(schemas.TopicEvents, 0, 0))
		if err == nil {
			break
		}
		if !errors.Is(err, kafkalog.ErrOutcomeUnknown) {
			t.Fatal(err)
		}
	}
	if err != nil || with.commit < needed {
		t.Errorf("given %v: %v", with.commit, err)
	}
	for range 10 {
		with.timedOut()
	}
	if with.commit != maxCommitTime {
		t.Errorf("in the end %v", with.commit)
	}
}
