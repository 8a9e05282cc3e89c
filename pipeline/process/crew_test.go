package process

import (
	"context"
	"testing"
	"time"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// A worker that was fenced by somebody whom the group knows nothing of gives way,
// and takes its partition again when the group has confirmed that it is its own.
func TestFencedWorkerComesBack(t *testing.T) {
	client := broker(t, partitions)
	pub := newPublisher(t, client, partitions)
	st, err := store.Open(t.TempDir(), store.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	p := New(Options{Client: client, Store: st})
	done := make(chan error, 1)
	go func() { done <- p.Run(run) }()
	for id := 1; id <= 3; id++ {
		for at := range partitions {
			other := client.NewProducer(transactionalID(at), commitTime)
			if err := other.Init(ctx); err != nil {
				t.Fatal(err)
			}
		}
		pub.clock(schemas.Clock{Stream: "s1", Time: int64(id)})
		ends, err := client.EndOffsets(ctx, schemas.TopicEvents)
		if err == nil {
			err = p.WaitFor(ctx, ends)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Whoever waits for input need not have the partition: two share them.
func TestWaitForInputOfOthers(t *testing.T) {
	client := broker(t, partitions)
	pub := newPublisher(t, client, partitions)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	var both [2]*Processor
	done := make(chan error, len(both))
	for i := range both {
		st, err := store.Open(t.TempDir(), store.Options{Cache: true})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		both[i] = New(Options{Client: client, Store: st})
		go func() { done <- both[i].Run(run) }()
	}
	shared := func() (have int) {
		for _, p := range both {
			p.mu.Lock()
			if len(p.mine) > 0 {
				have++
			}
			changed := p.changed
			p.mu.Unlock()
			if have == 0 {
				<-changed
			}
		}
		return have
	}
	for id := int64(1); shared() < len(both) || id < 3; id++ {
		pub.clock(schemas.Clock{Stream: "s1", Time: id})
		ends, err := client.EndOffsets(ctx, schemas.TopicEvents)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range both {
			if err := p.WaitFor(ctx, ends); err != nil {
				t.Fatal(i, err)
			}
		}
	}
	stop()
	for range both {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
