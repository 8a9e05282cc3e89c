package topic_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources"
	"mailfate/sources/tail"
	"mailfate/sources/topic"
)

// dial starts a broker and makes a topic of two partitions.
func dial(t *testing.T) *kafkalog.Client {
	t.Helper()
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{embeddedtest.Broker(t).Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.EnsureTopics(t.Context(), kafkalog.Topic{Name: "log", Partitions: 2, Replication: 1}); err != nil {
		t.Fatal(err)
	}
	return client
}

func publish(t *testing.T, c *kafkalog.Client, values ...string) {
	t.Helper()
	var records []kafkalog.Record
	for _, v := range values {
		records = append(records, kafkalog.Record{Key: []byte("k"), Value: []byte(v), Time: 1})
	}
	if err := c.NewPublisher().Publish(t.Context(), "log", 1, records); err != nil {
		t.Fatal(err)
	}
}

// read returns the lines up to the end.
func read(t *testing.T, r tail.Reader) (lines []string) {
	t.Helper()
	for range 100 {
		if r.Next(func(l sources.Line) { lines = append(lines, fmt.Sprintf("%d %s %s", l.Offset, l.File, l.Data)) }) == tail.Idle {
			return lines
		}
	}
	t.Fatal("it comes to no end")
	return nil
}

func open(t *testing.T, c *kafkalog.Client, follow bool, saved map[string]string) tail.Reader {
	t.Helper()
	r := topic.Open(topic.Options{Client: c, Topic: "log", Partition: 1, Follow: follow})
	t.Cleanup(func() { _ = r.Close() })
	for k, v := range saved {
		if err := r.Load([]byte(k), []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func save(t *testing.T, r tail.Reader) map[string]string {
	t.Helper()
	saved := map[string]string{}
	if err := r.Changes(func(k, v []byte) error { saved[string(k)] = string(v); return nil }); err != nil {
		t.Fatal(err)
	}
	return saved
}

func TestReader(t *testing.T) {
	c := dial(t)
	publish(t, c, "one", "two\r\nthree\n", "")
	follower := open(t, c, true, nil)
	want := []string{"0 kafka:log/1 one", "1 kafka:log/1 two", "1 kafka:log/1 three"}
	if d := cmp.Diff(want, read(t, follower)); d != "" {
		t.Error(d)
	}
	if got := follower.Counts(); got.Lines != 3 || got.Bytes != uint64(len("one\ntwo\r\nthree\n")) {
		t.Errorf("counted %+v", got)
	}
	saved := save(t, follower)
	if again := save(t, follower); len(saved) != 1 || len(again) != 0 {
		t.Errorf("saved %v, then %v", saved, again)
	}
	publish(t, c, "four")
	want = []string{"3 kafka:log/1 four"}
	if d := cmp.Diff(want, read(t, follower)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want, read(t, open(t, c, false, saved))); d != "" {
		t.Errorf("after a restart: %s", d)
	}
	if got := len(follower.Problems()); got != 0 {
		t.Errorf("problems: %v", follower.Problems())
	}
}

func TestPositionBehindTheEnd(t *testing.T) {
	c := dial(t)
	publish(t, c, strings.Fields("a b c d")...)
	r := open(t, c, false, nil)
	read(t, r)
	saved := save(t, r)
	for k, v := range saved {
		saved[k] = v[:len(v)-1] + "\x09" // of a topic that was longer
	}
	r = open(t, c, false, saved)
	if got := read(t, r); len(got) != 4 {
		t.Errorf("got %v", got)
	}
	if p := r.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "made anew") {
		t.Errorf("problems: %v", p)
	}
}

func TestBrokerThatIsGone(t *testing.T) {
	c, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{"127.0.0.1:1"}, Timeout: 100 * time.Millisecond, RetryFor: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	r := open(t, c, true, nil)
	if got := read(t, r); len(got) != 0 || len(r.Problems()) != 1 {
		t.Errorf("got %v, %v", got, r.Problems())
	}
	if len(save(t, r)) != 0 {
		t.Error("saved a position that was not reached")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r.Wait(ctx, time.Hour) == nil {
		t.Error("waited on")
	}
}

func TestDamagedPosition(t *testing.T) {
	c, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{"127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for _, kv := range [][2]string{{"", ""}, {"o", ""}, {"o", "\x01"}, {"o", "\x02\x05"}, {"x", "\x01\x05"}, {"o", "\x01\x80"}, {"o", "\x01\x05\x05"}} {
		r := topic.Open(topic.Options{Client: c, Topic: "log"})
		if r.Load([]byte(kv[0]), []byte(kv[1])) == nil {
			t.Errorf("loaded %q", kv)
		}
		_ = r.Close()
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		t    schemas.SourceType
		want string
	}{
		{"mail.kumomta-1_x", schemas.SourceKumoMTA, ""},
		{"platform", schemas.SourcePlatform, ""},
		{"log", schemas.SourceNone, "kumomta:kafka:log"},
		{"log", schemas.SourcePostfix, "other partitions"},
		{"log", schemas.SourcePowerMTA, "other partitions"},
		{"", schemas.SourceKumoMTA, "no name"},
		{"..", schemas.SourceKumoMTA, "no name"},
		{"a b", schemas.SourceKumoMTA, "no name"},
		{strings.Repeat("x", 250), schemas.SourceKumoMTA, "no name"},
		{schemas.TopicEvents, schemas.SourcePlatform, "mailfate itself"},
	} {
		err := topic.Check(c.name, c.t)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: got %v, want %q", c.name, c.t, err, c.want)
		}
	}
	if name, ok := topic.Parse("kafka:log"); !ok || name != "log" {
		t.Errorf("got %q, %v", name, ok)
	}
	if slices.ContainsFunc([]string{"/var/log/kafka:log", "kafka", "log"}, func(p string) bool { _, ok := topic.Parse(p); return ok }) {
		t.Error("a file is taken for a topic")
	}
}
