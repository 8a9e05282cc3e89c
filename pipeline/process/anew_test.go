package process

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// A connection breaks under the end of a transaction, which a repetition then
// brings about: what may still arrive must find another epoch.
func TestBrokenConnectionTakesThePartitionAnew(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client := clientOf(t, 1, cluster.ListenAddrs()...)
	var inits atomic.Int64
	cluster.ControlKey(int16(kmsg.InitProducerID), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if req.(*kmsg.InitProducerIDRequest).TransactionalID != nil {
			inits.Add(1)
		}
		return nil, nil, false
	})
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	p := New(Options{Client: client, Store: st})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(run) }()
	pub := newPublisher(t, client, 1)
	for n, want := range []int64{1, 2, 2} {
		if n == 1 {
			cluster.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
				return nil, errors.New("the connection breaks"), true
			})
		}
		pub.events(opened("m1", "a@example.net", n), delivered("m1", "a@example.net", 10+n))
		ends, err := client.EndOffsets(ctx, schemas.TopicEvents)
		if err == nil {
			err = p.WaitFor(ctx, ends)
		}
		if err != nil {
			t.Fatal(err)
		}
		if n != 1 && inits.Load() != want { // in between it may or may not have been done
			t.Errorf("%d: the partition was taken %d times, not %d", n, inits.Load(), want)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
