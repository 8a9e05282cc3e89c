package kafkalog

import (
	"errors"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestEnsureTopicsCreatesAndChecks(t *testing.T) { onBoth(t, testEnsureTopicsCreatesAndChecks) }

func testEnsureTopicsCreatesAndChecks(t *testing.T, cluster *testCluster) {
	c := cluster.dial(t)
	ctx := testContext(t)
	topics := []Topic{
		{Name: "mail.events", Partitions: 3, Replication: 1, Config: map[string]string{"retention.ms": "86400000"}},
		{Name: "mail.status", Partitions: 2, Config: map[string]string{"cleanup.policy": "compact,delete", "delete.retention.ms": "172800000"}},
	}
	for range 2 {
		if err := c.EnsureTopics(ctx, topics...); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := c.Partitions(ctx, "mail.events"); err != nil || n != 3 {
		t.Errorf("%d partitions, %v", n, err)
	}
	topics[1].Config["cleanup.policy"] = "delete, compact" // the same in another order
	topics[0].Config["retention.ms"] = "3600000"           // it has more
	topics[1].Config["delete.retention.ms"] = "86400000"   // here too
	if err := c.EnsureTopics(ctx, topics...); err != nil {
		t.Error(err)
	}
}

// TestEnsureTopicsWithoutRightToCreate: topics that an administrator made will do.
func TestEnsureTopicsWithoutRightToCreate(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	ctx := testContext(t)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.ClusterAuthorizationFailed, Count: -1})
	if err := c.EnsureTopics(ctx, Topic{Name: "log", Partitions: 1}); err != nil {
		t.Error(err)
	}
	err := c.EnsureTopics(ctx, Topic{Name: "other", Partitions: 1})
	var e *Error
	if !errors.As(err, &e) || e.Temporary() || !strings.Contains(err.Error(), "kafka-topics.sh") {
		t.Errorf("got %v", err)
	}
}

func TestEnsureTopicsRetries(t *testing.T) {
	cluster := startCluster(t)
	c := cluster.dial(t)
	faults := cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.NotController, Count: 1},
		kfake.Fault{Keys: []kmsg.Key{kmsg.DescribeConfigs}, Err: kerr.UnknownTopicOrPartition, Count: 1},
	)
	if err := c.EnsureTopics(testContext(t), Topic{Name: "log", Partitions: 1, Config: map[string]string{"cleanup.policy": "compact"}}); err != nil {
		t.Fatal(err)
	}
	if faults.Hits() != 2 {
		t.Errorf("%d of 2 faults were met", faults.Hits())
	}
	if err := c.EnsureTopics(testContext(t), Topic{Name: "none"}); err == nil {
		t.Error("a topic without a partition count was accepted")
	}
}
