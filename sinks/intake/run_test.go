package intake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/sinks/intake"
)

// heap is a sink that keeps values in memory.
type heap struct {
	mu     sync.Mutex
	values []string
}

type load struct {
	to     *heap
	values []string
}

func (l *load) Add(_ string, rec kafkalog.Record, _ bool) error {
	if string(rec.Value) == "poison" {
		return errors.New("poison")
	}
	l.values = append(l.values, string(rec.Value))
	return nil
}
func (l *load) Rows() int { return len(l.values) }
func (l *load) Reset()    { l.values = nil }

func (l *load) Write(context.Context) error {
	l.to.mu.Lock()
	defer l.to.mu.Unlock()
	l.to.values = append(l.to.values, l.values...)
	return nil
}

func dial(t *testing.T) *kafkalog.Client {
	t.Helper()
	broker := embeddedtest.Broker(t)
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{broker.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

func publish(t *testing.T, client *kafkalog.Client, topic string, partition int, values ...string) {
	t.Helper()
	var records []kafkalog.Record
	for _, v := range values {
		records = append(records, kafkalog.Record{Time: time.Now().UnixMilli(), Key: []byte("k"), Value: []byte(v)})
	}
	if err := client.NewPublisher().Publish(t.Context(), topic, partition, records); err != nil {
		t.Fatal(err)
	}
}

// A member of a group writes everything once, over restarts.
func TestRunContinuesWhereItEnded(t *testing.T) {
	client := dial(t)
	if err := client.EnsureTopics(t.Context(), kafkalog.Topic{Name: "a", Partitions: 2, Replication: 1}, kafkalog.Topic{Name: "b", Partitions: 1, Replication: 1}); err != nil {
		t.Fatal(err)
	}
	to := &heap{}
	var want []string
	for round := range 3 {
		for n, at := range []kafkalog.TopicPartition{{Topic: "a", Partition: 0}, {Topic: "a", Partition: 1}, {Topic: "b", Partition: 0}} {
			v := fmt.Sprintf("%d/%d", round, n)
			publish(t, client, at.Topic, at.Partition, v+"x", v+"y")
			want = append(want, v+"x", v+"y")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		in := intake.New(intake.Options{NewBatch: func() intake.Batch { return &load{to: to} }})
		done := make(chan error, 1)
		go func() { done <- in.Run(ctx, client, "g", "a", "b") }()
		end := int64(2 * (round + 1))
		for topic, offsets := range map[string]map[int]int64{"a": {0: end, 1: end}, "b": {0: end}} {
			if err := in.WaitFor(ctx, topic, offsets); err != nil {
				t.Fatalf("%v; %+v", err, in.Status())
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(to.values)
	slices.Sort(want)
	if !slices.Equal(to.values, want) {
		t.Errorf("got %v, want %v", to.values, want)
	}
}

func TestRunEndsWithWhatCannotBeMended(t *testing.T) {
	client := dial(t)
	if err := client.EnsureTopics(t.Context(), kafkalog.Topic{Name: "a", Partitions: 2, Replication: 1}); err != nil {
		t.Fatal(err)
	}
	publish(t, client, "a", 1, "good", "poison")
	in := intake.New(intake.Options{NewBatch: func() intake.Batch { return &load{to: &heap{}} }})
	err := in.Run(t.Context(), client, "g", "a")
	if err == nil || err.Error() != "consume a/1: offset 1: poison" {
		t.Errorf("got %v", err)
	}
}
