package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func testBroker(t *testing.T, dir string) *Broker {
	t.Helper()
	b, err := StartBroker(t.Context(), BrokerOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Stop(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// killImage is what a kill -9 at this moment would leave: everything that was
// written, and no note of a proper stop.
func killImage(t *testing.T, dir string) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	if err := os.CopyFS(image, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return image
}

func createTopic(t *testing.T, b *Broker, topic string, partitions int32, configs ...string) {
	t.Helper()
	req := kmsg.NewPtrCreateTopicsRequest()
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic, rt.NumPartitions, rt.ReplicationFactor = topic, partitions, 1
	for i := 0; i < len(configs); i += 2 {
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		c.Name, c.Value = configs[i], &configs[i+1]
		rt.Configs = append(rt.Configs, c)
	}
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(t.Context(), b.client)
	if err != nil || resp.Topics[0].ErrorCode != 0 {
		t.Fatal(err, resp)
	}
}

func testClient(t *testing.T, b *Broker, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	opts = append(opts, kgo.SeedBrokers(b.Addr()), kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(100*time.Millisecond))
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func record(topic string, partition int32, key, value string) *kgo.Record {
	return &kgo.Record{Topic: topic, Partition: partition, Key: []byte(key), Value: []byte(value)}
}

func produce(t *testing.T, cl *kgo.Client, records ...*kgo.Record) {
	t.Helper()
	if err := cl.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// begin opens a transaction and writes the records into it.
func begin(t *testing.T, cl *kgo.Client, records ...*kgo.Record) {
	t.Helper()
	if err := cl.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, cl, records...)
}

func commit(t *testing.T, cl *kgo.Client) {
	t.Helper()
	if err := cl.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
}

// committed reads a topic to its end as key=value, sorted, read-committed. It
// finds the end by a last record of its own in each partition.
func committed(t *testing.T, b *Broker, topic string, partitions int32) []string {
	t.Helper()
	const end = "the end of this test"
	writer := testClient(t, b)
	for p := range partitions {
		produce(t, writer, record(topic, p, end, ""))
	}
	reader := testClient(t, b, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	seen := int32(0)
	for seen < partitions {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if string(r.Key) == end {
				seen++
				return
			}
			got = append(got, string(r.Key)+"="+string(r.Value))
		})
	}
	slices.Sort(got)
	return got
}

func wantCommitted(t *testing.T, b *Broker, topic string, partitions int32, want ...string) {
	t.Helper()
	if got := committed(t, b, topic, partitions); !slices.Equal(got, want) {
		t.Errorf("committed records %q, want %q", got, want)
	}
}

func TestOpenTransactionIsAbortedForGood(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "t", 1)
	cl := testClient(t, b, kgo.TransactionalID("p"))
	begin(t, cl, record("t", 0, "a", "1"))
	commit(t, cl)
	begin(t, cl, record("t", 0, "b", "2"))

	dir = killImage(t, dir)
	b = testBroker(t, dir)
	cl = testClient(t, b, kgo.TransactionalID("p"))
	begin(t, cl, record("t", 0, "c", "3"))
	commit(t, cl)

	b = testBroker(t, killImage(t, dir)) // the second kill, and the producer's commit after the first
	wantCommitted(t, b, "t", 1, "a=1", "c=3")
}

func TestCommitThatHadBegunIsFinished(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "t", 3)
	cl := testClient(t, b, kgo.TransactionalID("p"))
	other := testClient(t, b, kgo.TransactionalID("q"))
	begin(t, other, record("t", 2, "open", ""))
	begin(t, cl, record("t", 0, "a", "1"), record("t", 1, "b", "2"))
	commit(t, cl)

	image := killImage(t, dir)
	cutLastBatch(t, image, "t-1") // the marker
	b = testBroker(t, image)
	wantCommitted(t, b, "t", 3, "a=1", "b=2")
}

func TestAbortThatHadBegunIsFinished(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "t", 2)
	cl := testClient(t, b, kgo.TransactionalID("p"))
	begin(t, cl, record("t", 0, "a", "1"), record("t", 1, "b", "2"))
	if err := cl.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
	image := killImage(t, dir)
	cutLastBatch(t, image, "t-1")
	wantCommitted(t, testBroker(t, image), "t", 2)
}

func TestCommitOfAnEarlierTransactionDoesNotCount(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "t", 2)
	cl := testClient(t, b, kgo.TransactionalID("p"))
	begin(t, cl, record("t", 0, "a", "1"))
	commit(t, cl)
	begin(t, cl, record("t", 1, "b", "2")) // the same producer and epoch
	wantCommitted(t, testBroker(t, killImage(t, dir)), "t", 2, "a=1")
}

// newestSegment is the only one in these tests.
func newestSegment(t *testing.T, dir, partition string) string {
	t.Helper()
	paths, err := segments(filepath.Join(dir, "topics", "partitions", partition))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	return paths[len(paths)-1]
}

func cutLastBatch(t *testing.T, dir, partition string) {
	t.Helper()
	path := newestSegment(t, dir, partition)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := scanSegment(data, func(batchInfo) {})
	truncate(t, path, int64(s.good-s.lastLen))
	truncate(t, indexPath(path), int64(s.batches-1)*indexEntry)
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func TestTornWritesAreCutOff(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "t", 1)
	cl := testClient(t, b, kgo.TransactionalID("p"))
	begin(t, cl, record("t", 0, "a", "1"))
	commit(t, cl)
	begin(t, cl, record("t", 0, "b", "2"))
	whole := newestSegment(t, dir, "t-0")
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	s := scanSegment(data, func(batchInfo) {})
	for name, cut := range map[string]struct{ data, index int64 }{
		"index entry missing": {int64(s.good), int64(s.batches-1) * indexEntry},
		"index entry torn":    {int64(s.good), int64(s.batches)*indexEntry - 3},
		"batch torn":          {int64(s.good) - 5, int64(s.batches-1) * indexEntry},
		"head torn":           {int64(s.good-s.lastLen) + 9, int64(s.batches-1) * indexEntry},
	} {
		t.Run(name, func(t *testing.T) {
			image := killImage(t, dir)
			truncate(t, newestSegment(t, image, "t-0"), cut.data)
			truncate(t, indexPath(newestSegment(t, image, "t-0")), cut.index)
			wantCommitted(t, testBroker(t, image), "t", 1, "a=1")
		})
	}
}

func TestDamageIsReported(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "t", 1)
	cl := testClient(t, b)
	for i := range 3 {
		produce(t, cl, record("t", 0, fmt.Sprint(i), "v"))
	}
	image := killImage(t, dir)
	path := newestSegment(t, image, "t-0")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := len(data) / 3
	for at, want := range map[int]int64{65: 0, size: int64(2 * size), size + 11: int64(size)} { // a record, an offset, a length
		data[at] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		data[at] ^= 1
		_, err = StartBroker(t.Context(), BrokerOptions{Dir: image})
		var damaged *DamagedError
		if !errors.As(err, &damaged) || damaged.Path != path || damaged.Offset != want {
			t.Errorf("byte %d changed: %v, want a DamagedError at byte %d", at, err, want)
		}
	}
}

func TestBrokerKeepsPortAndCluster(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	addr, id := b.Addr(), clusterID(t, b)
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
	b = testBroker(t, dir)
	if b.Addr() != addr {
		t.Errorf("address %s after a restart, was %s", b.Addr(), addr)
	}
	if got := clusterID(t, b); got != id {
		t.Errorf("cluster %s after a restart, was %s", got, id)
	}
	if got := clusterID(t, testBroker(t, t.TempDir())); got == id {
		t.Error("another directory has the same cluster id")
	}
}

func clusterID(t *testing.T, b *Broker) string {
	t.Helper()
	resp, err := kmsg.NewPtrMetadataRequest().RequestWith(t.Context(), b.client)
	if err != nil || resp.ClusterID == nil {
		t.Fatal(err)
	}
	return *resp.ClusterID
}

func TestSecondBrokerOnADirectory(t *testing.T) {
	dir := t.TempDir()
	testBroker(t, dir)
	_, err := StartBroker(t.Context(), BrokerOptions{Dir: dir})
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("%v, want a LockedError with our number", err)
	}
}

func TestTopicsAreNotCreatedByAsking(t *testing.T) {
	b := testBroker(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cl := testClient(t, b, kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(0))
	if err := cl.ProduceSync(ctx, record("nobody-made-this", 0, "k", "v")).FirstErr(); err == nil {
		t.Error("a topic came into being by being asked for")
	}
}
