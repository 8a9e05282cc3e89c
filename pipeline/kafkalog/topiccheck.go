package kafkalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go"
)

// minInSync is how many replicas must have a record before it is acknowledged.
const minInSync = "min.insync.replicas"

// atLeast lists the settings of which more than is wanted does no harm.
var atLeast = []string{"retention.ms", "delete.retention.ms", "min.compaction.lag.ms", "max.message.bytes"}

// unlimited is how Kafka spells no limit in such a setting.
const unlimited = "-1"

// checkTopic waits for the topic and compares it with what it should be.
func (c *Client) checkTopic(ctx context.Context, t Topic) (wrong []error, err error) {
	found, err := c.awaitLayout(ctx, t.Name)
	if err != nil {
		return nil, err
	}
	if n := len(found.partitions); n != t.Partitions {
		wrong = append(wrong, &TopicError{
			Topic: t.Name, Setting: "partition count", Got: strconv.Itoa(n), Want: strconv.Itoa(t.Partitions),
			Remedy: fmt.Sprintf("the count decides which partition holds a message's state, so it cannot change under it: configure %d partitions (--partitions %[1]d, or kafka.partitions: %[1]d), or start with new topics and ingest again", n),
		})
	}
	replicas := found.replication()
	if replicas < t.Replication {
		wrong = append(wrong, &TopicError{
			Topic: t.Name, Setting: "replication factor", Got: strconv.Itoa(replicas), Want: strconv.Itoa(t.Replication) + " or more",
			Remedy: c.replicate(t, found),
		})
	}
	names := slices.Sorted(maps.Keys(t.Config))
	var got map[string]string
	err = c.retry(ctx, func(ctx context.Context) error {
		got, err = c.describeTopic(ctx, t.Name, append(names, minInSync))
		return err
	})
	if err != nil {
		return nil, &Error{Op: "read configuration of topic", Topic: t.Name, Partition: NoPartition, Err: err}
	}
	for _, name := range names {
		if want := t.Config[name]; !meets(name, got[name], want) {
			text := want
			if slices.Contains(atLeast, name) && want != unlimited {
				text += " or more"
			}
			wrong = append(wrong, c.wrongSetting(t.Name, name, got[name], text, want))
		}
	}
	if n, err := strconv.Atoi(got[minInSync]); err == nil && n > replicas {
		want := fmt.Sprintf("at most %d, for there are no more replicas: nothing can be written", replicas)
		wrong = append(wrong, c.wrongSetting(t.Name, minInSync, got[minInSync], want, strconv.Itoa(max(replicas-1, 1))))
	}
	return wrong, nil
}

func (c *Client) wrongSetting(topic, name, got, want, value string) *TopicError {
	if strings.Contains(value, ",") {
		value = "[" + value + "]"
	}
	if got == "" {
		got = "not set"
	}
	return &TopicError{
		Topic: topic, Setting: name, Got: got, Want: want,
		Remedy: fmt.Sprintf("run: kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s",
			c.brokers(), topic, name, value),
	}
}

// replication is how many replicas the partition with the fewest has.
func (l layout) replication() int {
	least := len(l.partitions[0].Replicas)
	for _, p := range l.partitions {
		least = min(least, len(p.Replicas))
	}
	return least
}

// assignment is how kafka-reassign-partitions.sh wants a partition's replicas.
type assignment struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Replicas  []int  `json:"replicas"`
}

// replicate says how to get more replicas: those that are there stay, and other
// brokers are added in turn.
func (c *Client) replicate(t Topic, l layout) string {
	if len(l.brokers) < t.Replication {
		return fmt.Sprintf("the cluster has %d brokers: add some, or configure a replication of %d", len(l.brokers), len(l.brokers))
	}
	var plan struct {
		Version    int          `json:"version"`
		Partitions []assignment `json:"partitions"`
	}
	plan.Version = 1
	for i, p := range l.partitions {
		var ids []int
		for _, b := range p.Replicas {
			ids = append(ids, b.ID)
		}
		for j := range l.brokers {
			if id := l.brokers[(i+j)%len(l.brokers)].ID; len(ids) < t.Replication && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		plan.Partitions = append(plan.Partitions, assignment{t.Name, p.ID, ids})
	}
	text, _ := json.Marshal(plan) // numbers and a topic's name
	return fmt.Sprintf("run: echo '%s' > replicas.json && kafka-reassign-partitions.sh --bootstrap-server %s --execute --reassignment-json-file replicas.json",
		text, c.brokers())
}

func (c *Client) describeTopic(ctx context.Context, topic string, names []string) (map[string]string, error) {
	res, err := c.kafka.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{{
		ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: names,
	}}})
	if err != nil {
		return nil, err
	}
	if len(res.Resources) != 1 {
		return nil, kafka.UnknownTopicOrPartition
	}
	if err := res.Resources[0].Error; err != nil {
		return nil, err
	}
	got := map[string]string{}
	for _, e := range res.Resources[0].ConfigEntries {
		got[e.ConfigName] = e.ConfigValue
	}
	return got, nil
}

// meets says whether a setting does for us.
func meets(name, got, want string) bool {
	if slices.Contains(atLeast, name) {
		has, err := strconv.ParseInt(got, 10, 64)
		needs, err2 := strconv.ParseInt(want, 10, 64)
		if err == nil && err2 == nil {
			return got == unlimited || want != unlimited && has >= needs
		}
	}
	return slices.Equal(settingItems(got), settingItems(want))
}

// settingItems splits a setting; the order within a list (cleanup.policy) is free.
func settingItems(v string) []string {
	items := strings.Split(v, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	slices.Sort(items)
	return items
}
