package app

import (
	"strings"
	"testing"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// Topics that no single number of partitions suits are refused before anything is
// made, whatever number is asked for.
func TestTopicsDisagree(t *testing.T) {
	brokers := []string{embeddedtest.Broker(t).Addr()}
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: brokers})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for name, n := range map[string]int{schemas.TopicEvents: 3, schemas.TopicStatus: 2} {
		if err := client.EnsureTopics(t.Context(), kafkalog.Topic{Name: name, Partitions: n, Replication: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for _, asked := range []int{0, 2, 3, 4} {
		_, err := New(t.Context(), Options{
			Roles: RoleProcessor, Dir: t.TempDir(), Partitions: asked, Kafka: kafkalog.Options{Brokers: brokers},
		})
		if err == nil {
			t.Fatalf("%d partitions: it begins", asked)
		}
		for _, want := range []string{"mail.events has 3", "mail.status has 2", "disagree", "--delete --topic 'mail.status'", "--partitions", "kafka.partitions"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%d partitions: %q is not in %v", asked, want, err)
			}
		}
	}
	for _, name := range []string{schemas.TopicDead, schemas.TopicUnparsed} {
		if n, err := client.ExistingPartitions(t.Context(), name); err != nil || n > 0 {
			t.Errorf("%s was made: %d partitions, %v", name, n, err)
		}
	}
}
