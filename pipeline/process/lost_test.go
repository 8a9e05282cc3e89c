package process

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// A changelog that is gone is made anew from input that is whole. From a part of
// it, it is not, unless somebody says so.
func TestChangelogIsLost(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	addr := cluster.ListenAddrs()[0]
	admin, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	client := clientOf(t, 1, addr)
	newPublisher(t, client, 1).events(delivered("m1", "a@example.net", 1), delivered("m2", "a@example.net", 2))
	dir := t.TempDir()
	process(t, client, dir)
	want := told(t, client, 1)

	loseTopic(t, admin, schemas.TopicStatus)
	client = clientOf(t, 1, addr)
	process(t, client, dir)
	same(t, want, told(t, client, 1))

	loseTopic(t, admin, schemas.TopicStatus)
	loseBeginning(t, admin, schemas.TopicEvents, 1)
	client = clientOf(t, 1, addr)
	err = runUntilError(t, Options{Client: client}, dir)
	if err == nil || !strings.Contains(err.Error(), "has lost its state") {
		t.Fatalf("got %v", err)
	}
	if got := told(t, client, 1); len(got) != 0 {
		t.Errorf("%d keys were told of", len(got))
	}
	forgetOffset(t, admin)
	process(t, client, dir)
	if got := told(t, client, 1); len(got) == 0 {
		t.Error("nothing was told of what is left")
	}
}

func runUntilError(t *testing.T, o Options, dir string) error {
	t.Helper()
	st, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	o.Store = st
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return New(o).Run(ctx)
}

func loseTopic(t *testing.T, admin *kgo.Client, topic string) {
	t.Helper()
	req := kmsg.NewPtrDeleteTopicsRequest()
	named := kmsg.NewDeleteTopicsRequestTopic()
	named.Topic = &topic
	req.TopicNames, req.Topics, req.TimeoutMillis = []string{topic}, []kmsg.DeleteTopicsRequestTopic{named}, 10_000
	res, err := req.RequestWith(t.Context(), admin)
	if err != nil || res.Topics[0].ErrorCode != 0 {
		t.Fatalf("delete topic: %+v, %v", res, err)
	}
}

func loseBeginning(t *testing.T, admin *kgo.Client, topic string, before int64) {
	t.Helper()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 10_000
	req.Topics = []kmsg.DeleteRecordsRequestTopic{{
		Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Offset: before}},
	}}
	res, err := req.RequestWith(t.Context(), admin)
	if err != nil || res.Topics[0].Partitions[0].ErrorCode != 0 {
		t.Fatalf("delete records: %+v, %v", res, err)
	}
}

// forgetOffset does as the error's remedy says.
func forgetOffset(t *testing.T, admin *kgo.Client) {
	t.Helper()
	req := kmsg.NewPtrOffsetDeleteRequest()
	req.Group = Group
	req.Topics = []kmsg.OffsetDeleteRequestTopic{{
		Topic: schemas.TopicEvents, Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}},
	}}
	res, err := req.RequestWith(t.Context(), admin)
	if err != nil || res.ErrorCode != 0 {
		t.Fatalf("delete offsets: %+v, %v", res, err)
	}
}
