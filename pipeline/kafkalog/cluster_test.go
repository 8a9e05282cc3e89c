package kafkalog

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"mailfate/pipeline/embedded/apachekafka"
)

func TestMain(m *testing.M) {
	code := m.Run()
	apachekafka.StopShared()
	os.Exit(code)
}

// testCluster is a broker to test with, whose answers can be lost.
type testCluster struct {
	*kfake.Cluster // nil where it is Apache Kafka
	addrs          []string
	lose           *loser
}

// onBoth runs a test with the broker in this process and with Apache Kafka,
// which all tests share.
func onBoth[T testing.TB](t interface {
	Run(name string, test func(T)) bool
}, test func(t T, cluster *testCluster),
) {
	t.Run("kfake", func(t T) { test(t, startCluster(t, kfake.GroupMinSessionTimeout(time.Second))) })
	t.Run("ApacheKafka", func(t T) {
		test(t, &testCluster{addrs: []string{apachekafka.Shared(t)}, lose: &loser{}})
	})
}

func startCluster(t testing.TB, opts ...kfake.Opt) *testCluster {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatalf("start cluster: %v", err)
	}
	t.Cleanup(cluster.Close)
	return &testCluster{cluster, cluster.ListenAddrs(), &loser{}}
}

var topics atomic.Int32

// topic makes a topic that no other test uses.
func (c *testCluster) topic(t testing.TB, partitions int, config map[string]string) string {
	t.Helper()
	name := fmt.Sprintf("log-%d", topics.Add(1))
	if err := c.dial(t).EnsureTopics(testContext(t), Topic{Name: name, Partitions: partitions, Config: config}); err != nil {
		t.Fatal(err)
	}
	return name
}

// deleteRecords moves the start of the topic's partition 0.
func (c *testCluster) deleteRecords(t *testing.T, topic string, before int64) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.addrs...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 10_000
	req.Topics = []kmsg.DeleteRecordsRequestTopic{{
		Topic: topic, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{Offset: before}},
	}}
	res, err := req.RequestWith(testContext(t), client)
	if err != nil || res.Topics[0].Partitions[0].ErrorCode != 0 {
		t.Fatalf("delete records: %+v, %v", res, err)
	}
}

// compact has the broker compact its logs; Apache Kafka does it when it likes.
func (c *testCluster) compact() {
	if c.Cluster != nil {
		c.Compact()
	}
}

// eventually waits for what the broker does in the background.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	ctx, tick := testContext(t), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it did not happen")
		}
	}
}

func (c *testCluster) dial(t testing.TB, change ...func(*Options)) *Client {
	t.Helper()
	opts := Options{Brokers: c.addrs, ClientID: t.Name(), Timeout: 5 * time.Second, RetryFor: 10 * time.Second}
	for _, f := range change {
		f(&opts)
	}
	client, err := Dial(opts)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	client.transport.Dial = c.lose.dial
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// readAll reads committed records as "key=value" until the position reaches the
// high watermark.
func readAll(t *testing.T, c *Client, topic string, partition int) []string {
	t.Helper()
	ctx := testContext(t)
	ends, err := c.EndOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	starts, err := c.StartOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	r := c.NewReader(topic, partition, starts[partition])
	var got []string
	for r.Position() < ends[partition] {
		p, err := r.Fetch(ctx, 100*time.Millisecond, 1<<20, func(rec Record) error {
			got = append(got, text(rec))
			return nil
		})
		if err != nil {
			t.Fatalf("fetch: %v", err)
		}
		if p.Position != r.Position() {
			t.Fatalf("progress says %d, reader %d", p.Position, r.Position())
		}
	}
	return got
}

func text(rec Record) string {
	if rec.Value == nil {
		return string(rec.Key) + " gone"
	}
	return fmt.Sprintf("%s=%s", rec.Key, rec.Value)
}

func records(from, n int) []Record {
	list := make([]Record, n)
	for i := range list {
		list[i] = Record{Time: 1000, Key: fmt.Appendf(nil, "k%d", from+i), Value: fmt.Appendf(nil, "v%d", from+i)}
	}
	return list
}

func texts(list []Record) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = text(r)
	}
	return out
}

func mustInit(t *testing.T, c *Client, id string) *Producer {
	t.Helper()
	p := c.NewProducer(t.Name()+" "+id, 20*time.Second)
	if err := p.Init(testContext(t)); err != nil {
		t.Fatal(err)
	}
	return p
}

func mustBegin(t *testing.T, p *Producer, topic string, keyValues ...string) {
	t.Helper()
	if err := p.Begin(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, p, topic, keyValues...)
}

func mustAppend(t *testing.T, p *Producer, topic string, keyValues ...string) {
	t.Helper()
	for i := 0; i < len(keyValues); i += 2 {
		if err := p.Append(topic, 0, []byte(keyValues[i]), []byte(keyValues[i+1]), 1000); err != nil {
			t.Fatal(err)
		}
	}
}

func mustCommit(t *testing.T, p *Producer, group *GroupOffsets) Positions {
	t.Helper()
	pos, err := p.Commit(testContext(t), group)
	if err != nil {
		t.Fatal(err)
	}
	return pos
}
