package kafkalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/segmentio/kafka-go"
)

// Topic is what a topic has to be like.
type Topic struct {
	Name string
	// Partitions must be positive: it decides where every message's state lives.
	Partitions int
	// Replication is used when the topic is made (0: the broker's default).
	Replication int
	// Config holds the settings that matter to us; others may be anything.
	Config map[string]string
}

// TopicError says what is wrong with a topic that exists, and how to mend it.
type TopicError struct {
	Topic, Setting, Got, Want, Remedy string
}

// Error names topic, setting, both values and the remedy.
func (e *TopicError) Error() string {
	return fmt.Sprintf("topic %s: %s is %s, want %s; %s", e.Topic, e.Setting, e.Got, e.Want, e.Remedy)
}

// EnsureTopics makes the topics that are missing, waits until all can be used,
// and checks partition count and configuration of those that were there. All
// that is wrong is reported at once, each as a [TopicError]; nothing is altered.
func (c *Client) EnsureTopics(ctx context.Context, topics ...Topic) error {
	for _, t := range topics {
		if t.Name == "" || t.Partitions <= 0 {
			return &Error{Op: "ensure topic", Topic: t.Name, Partition: NoPartition, Err: fmt.Errorf("a name and a partition count are required, got %d partitions", t.Partitions)}
		}
		if err := c.retry(ctx, func(ctx context.Context) error { return c.createMissing(ctx, t) }); err != nil {
			return &Error{
				Op: "create topic", Topic: t.Name, Partition: NoPartition, Err: err,
				Hint: "create it yourself with kafka-topics.sh, or grant this user CREATE on the cluster",
			}
		}
	}
	var wrong []error
	for _, t := range topics {
		found, err := c.checkTopic(ctx, t)
		if err != nil {
			return err
		}
		wrong = append(wrong, found...)
	}
	return errors.Join(wrong...)
}

// createMissing looks before it creates: a user who may not create topics can
// still use those that an administrator made.
func (c *Client) createMissing(ctx context.Context, t Topic) error {
	if _, err := c.usablePartitions(ctx, t.Name); !errors.Is(err, kafka.UnknownTopicOrPartition) {
		return err
	}
	config := kafka.TopicConfig{Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replication}
	if t.Replication <= 0 {
		config.ReplicationFactor = -1
	}
	for _, name := range slices.Sorted(maps.Keys(t.Config)) {
		config.ConfigEntries = append(config.ConfigEntries, kafka.ConfigEntry{ConfigName: name, ConfigValue: t.Config[name]})
	}
	res, err := c.kafka.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}})
	if err != nil {
		return err
	}
	if err := res.Errors[t.Name]; !errors.Is(err, kafka.TopicAlreadyExists) {
		return err
	}
	return nil
}

// checkTopic waits for the topic and compares it with what it should be.
func (c *Client) checkTopic(ctx context.Context, t Topic) (wrong []error, err error) {
	n, err := c.Partitions(ctx, t.Name)
	if err != nil {
		return nil, err
	}
	if n != t.Partitions {
		wrong = append(wrong, &TopicError{
			Topic: t.Name, Setting: "partition count", Got: fmt.Sprint(n), Want: fmt.Sprint(t.Partitions),
			Remedy: fmt.Sprintf("the count decides which partition holds a message's state, so it cannot change under it: configure %d partitions, or start with new topics and ingest again", n),
		})
	}
	names := slices.Sorted(maps.Keys(t.Config))
	if len(names) == 0 {
		return wrong, nil
	}
	var got map[string]string
	err = c.retry(ctx, func(ctx context.Context) error {
		got, err = c.describeTopic(ctx, t.Name, names)
		return err
	})
	if err != nil {
		return nil, &Error{Op: "read configuration of topic", Topic: t.Name, Partition: NoPartition, Err: err}
	}
	for _, name := range names {
		if !sameSetting(got[name], t.Config[name]) {
			wrong = append(wrong, c.wrongSetting(t, name, got[name]))
		}
	}
	return wrong, nil
}

func (c *Client) wrongSetting(t Topic, name, got string) *TopicError {
	want := t.Config[name]
	value := want
	if strings.Contains(value, ",") {
		value = "[" + value + "]"
	}
	if got == "" {
		got = "not set"
	}
	return &TopicError{
		Topic: t.Name, Setting: name, Got: got, Want: want,
		Remedy: fmt.Sprintf("run: kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s=%s",
			c.brokers(), t.Name, name, value),
	}
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

// sameSetting compares values; the order within a list (cleanup.policy) is free.
func sameSetting(a, b string) bool {
	return a == b || slices.Equal(settingItems(a), settingItems(b))
}

func settingItems(v string) []string {
	items := strings.Split(v, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	slices.Sort(items)
	return items
}
