package publish

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// TestThroughABroker publishes through the real client to a broker in this process.
func TestThroughABroker(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1),
		kfake.SeedTopics(3, schemas.TopicEvents), kfake.SeedTopics(1, schemas.TopicDead, schemas.TopicUnparsed))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: cluster.ListenAddrs(), MaxRecordBytes: schemas.MaxRecord})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	b := newBench(t)
	publisher := client.NewPublisher()
	b.set = func(o *Options) { o.Log = publisher }
	b.write("mail.log", logText(0, 2000)+"99999999 future\n")
	b.replay()
	b.replay()

	var got []record
	read := func(topic string, partitions int) {
		for p := range partitions {
			r := client.NewReader(topic, p, 0)
			for {
				progress, err := r.Fetch(t.Context(), 10*time.Millisecond, 1<<20, func(rec kafkalog.Record) error {
					got = append(got, record{topic, p, string(rec.Key), append([]byte(nil), rec.Value...)})
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if progress.Position >= progress.HighWatermark {
					break
				}
			}
		}
	}
	read(schemas.TopicEvents, 3)
	events, clocks := decode(t, got)
	if len(events) != 2000 || len(ids(events)) != 2000 || len(clocks) != 3 {
		t.Errorf("%d events, %d distinct, %d clocks", len(events), len(ids(events)), len(clocks))
	}
	read(schemas.TopicDead, 1)
	read(schemas.TopicUnparsed, 1)
	dead := 0
	for _, r := range got {
		if r.topic == schemas.TopicDead {
			dead++
		}
	}
	if dead != 1 {
		t.Errorf("%d dead letters, want 1", dead)
	}
	wantShapes(t, got, 400)
}
