package kafkalog

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// topicErrors takes an error of EnsureTopics apart.
func topicErrors(t *testing.T, err error) []*TopicError {
	t.Helper()
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		t.Fatalf("got %v", err)
	}
	var all []*TopicError
	for _, e := range joined.Unwrap() {
		var wrong *TopicError
		if !errors.As(e, &wrong) {
			t.Fatalf("got %v", e)
		}
		all = append(all, wrong)
	}
	return all
}

func TestEnsureTopicsSaysAllThatIsWrong(t *testing.T) { onBoth(t, testEnsureTopicsSaysAllThatIsWrong) }

// testEnsureTopicsSaysAllThatIsWrong, and what was said to mend it does.
func testEnsureTopicsSaysAllThatIsWrong(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 2, map[string]string{
		"cleanup.policy": "delete", "retention.ms": "1000", "delete.retention.ms": "1000", "min.compaction.lag.ms": "1", "max.message.bytes": "1000",
		"message.timestamp.type": "LogAppendTime",
	})
	cluster.alter(t, log, "min.insync.replicas", "2")
	c := cluster.dial(t)
	ctx := testContext(t)
	want := Topic{Name: log, Partitions: 2, Config: map[string]string{
		"cleanup.policy": "compact,delete", "retention.ms": "-1", "delete.retention.ms": "2000", "min.compaction.lag.ms": "2000", "max.message.bytes": "13000000",
		"message.timestamp.type": "CreateTime", "compression.type": "producer",
	}}
	wrong := topicErrors(t, c.EnsureTopics(ctx, want))
	said := []*TopicError{
		{Topic: log, Setting: "cleanup.policy", Got: "delete", Want: "compact,delete"},
		{Topic: log, Setting: "delete.retention.ms", Got: "1000", Want: "2000 or more"},
		{Topic: log, Setting: "max.message.bytes", Got: "1000", Want: "13000000 or more"},
		{Topic: log, Setting: "message.timestamp.type", Got: "LogAppendTime", Want: "CreateTime"},
		{Topic: log, Setting: "min.compaction.lag.ms", Got: "1", Want: "2000 or more"},
		{Topic: log, Setting: "retention.ms", Got: "1000", Want: "-1"},
		{Topic: log, Setting: "min.insync.replicas", Got: "2", Want: "at most 1, for there are no more replicas: nothing can be written"},
	}
	if diff := cmp.Diff(said, wrong, cmpopts.IgnoreFields(TopicError{}, "Remedy")); diff != "" {
		t.Fatal(diff)
	}
	for _, w := range wrong {
		m := kafkaConfigs.FindStringSubmatch(w.Remedy)
		if m == nil || m[1] != cluster.addrs[0] {
			t.Fatalf("remedy %q", w.Remedy)
		}
		cluster.alter(t, m[2], m[3], m[4])
	}
	if err := c.EnsureTopics(ctx, want); err != nil {
		t.Error(err)
	}
}

// kafkaConfigs is the command that remedies name.
var kafkaConfigs = regexp.MustCompile(`^run: kafka-configs\.sh --bootstrap-server (\S+) --alter --entity-type topics --entity-name (\S+) --add-config ([a-z.]+)=\[?([^\]]+)\]?$`)

// alter does what kafka-configs.sh would, and waits until the broker, which hears
// of it from the controller, says so too.
func (c *testCluster) alter(t *testing.T, topic, name, value string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.addrs...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	req.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{
		ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic,
		Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: name, Value: &value}},
	}}
	if res, err := req.RequestWith(testContext(t), client); err != nil || res.Resources[0].ErrorCode != 0 {
		t.Fatalf("alter configuration: %+v, %v", res, err)
	}
	broker := c.dial(t)
	eventually(t, func() bool {
		got, err := broker.describeTopic(testContext(t), topic, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		return got[name] == value
	})
}

func TestEnsureTopicsRefusesOtherPartitionCount(t *testing.T) {
	onBoth(t, func(t *testing.T, cluster *testCluster) {
		log := cluster.topic(t, 2, nil)
		c := cluster.dial(t)
		wrong := topicErrors(t, c.EnsureTopics(testContext(t), Topic{Name: log + ".more", Partitions: 8}, Topic{Name: log, Partitions: 8}))
		if len(wrong) != 1 || wrong[0].Got != "2" || wrong[0].Want != "8" || !strings.Contains(wrong[0].Remedy, "configure 2 partitions") {
			t.Errorf("got %v", wrong)
		}
		if n, err := c.ExistingPartitions(testContext(t), log+".more"); n > 0 || err != nil {
			t.Errorf("a topic of %d partitions was made, %v", n, err)
		}
	})
}

func TestEnsureTopicsWantsReplicas(t *testing.T) {
	onBoth(t, func(t *testing.T, cluster *testCluster) {
		log := cluster.topic(t, 1, nil)
		wrong := topicErrors(t, cluster.dial(t).EnsureTopics(testContext(t), Topic{Name: log, Partitions: 1, Replication: 3}))
		if len(wrong) != 1 || wrong[0].Got != "1" || wrong[0].Want != "3 or more" || !strings.Contains(wrong[0].Remedy, "has 1 brokers") {
			t.Errorf("got %v", wrong)
		}
	})
}

// TestReassignment: replicas that are there stay, others come from the brokers in turn.
func TestReassignment(t *testing.T) {
	cluster := startCluster(t, kfake.NumBrokers(4), kfake.DefaultNumPartitions(6))
	c := cluster.dial(t)
	ctx := testContext(t)
	if err := c.EnsureTopics(ctx, Topic{Name: "log", Partitions: 6, Replication: 1}); err != nil {
		t.Fatal(err)
	}
	found, err := c.awaitLayout(ctx, "log")
	if err != nil {
		t.Fatal(err)
	}
	for i := range found.partitions { // this broker says that all have it
		found.partitions[i].Replicas = found.partitions[i].Replicas[:1]
	}
	remedy := c.replicate(Topic{Name: "log", Replication: 3}, found)
	m := regexp.MustCompile(`^run: echo '(.*)' > replicas\.json && kafka-reassign-partitions\.sh .* --execute `).FindStringSubmatch(remedy)
	if m == nil {
		t.Fatal(remedy)
	}
	var plan struct{ Partitions []assignment }
	if err := json.Unmarshal([]byte(m[1]), &plan); err != nil || len(plan.Partitions) != 6 {
		t.Fatalf("%v in %s", err, m[1])
	}
	for i, p := range plan.Partitions {
		distinct := map[int]bool{}
		for _, id := range p.Replicas {
			distinct[id] = true
		}
		if len(p.Replicas) != 3 || len(distinct) != 3 || p.Replicas[0] != found.partitions[i].Replicas[0].ID {
			t.Errorf("%+v", p)
		}
	}
}
