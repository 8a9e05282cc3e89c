package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

const topicRecord = `{"type":"Delivery","id":"%d","sender":"s@a.test","recipient":"a@b.test","timestamp":1790000000,"nodeid":"n","headers":{"Message-ID":"<m%d@a.test>"}}`

// TestTopicIsRead has a source read what others write to a topic of the cluster,
// stop, and go on where it was.
func TestTopicIsRead(t *testing.T) {
	broker := embeddedtest.Broker(t)
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: []string{broker.Addr()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.EnsureTopics(t.Context(), kafkalog.Topic{Name: "kumo", Partitions: 2, Replication: 1}); err != nil {
		t.Fatal(err)
	}
	written := 0
	write := func(n int) {
		t.Helper()
		for range n {
			value := fmt.Appendf(nil, topicRecord, written, written)
			if err := client.NewPublisher().Publish(t.Context(), "kumo", written%2, []kafkalog.Record{{Key: []byte("k"), Value: value, Time: 1}}); err != nil {
				t.Fatal(err)
			}
			written++
		}
	}
	options := Options{Roles: RoleSource, Dir: t.TempDir(), Kafka: kafkalog.Options{Brokers: []string{broker.Addr()}}}
	srcs, err := FindToFollow(ParseArgument("kumomta:kafka:kumo"), func(schemas.SourceType, string) Settings { return Settings{} })
	if err != nil {
		t.Fatal(err)
	}
	if err := TryTopics(t.Context(), options, srcs); err != nil {
		t.Error(err)
	}
	for range 2 {
		write(5)
		follow(t, options, srcs, func() bool { return len(eventFiles(t, client)) >= written })
	}
	got := eventFiles(t, client)
	want := slices.Concat(slices.Repeat([]string{"kafka:kumo/0"}, 5), slices.Repeat([]string{"kafka:kumo/1"}, 5))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("events of %q, want %q", got, want)
	}
}

// follow runs a source until something is so.
func follow(t *testing.T, o Options, srcs []Source, until func() bool) {
	t.Helper()
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	a.Start()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- a.Follow(ctx, srcs) }()
	for ctx.Err() == nil && !until() {
	}
	if ctx.Err() != nil {
		t.Error("not within a minute")
	}
	stop()
	if err := errors.Join(<-done, a.Close(context.WithoutCancel(ctx))); err != nil {
		t.Error(err)
	}
}

// eventFiles returns where all events in the log were read.
func eventFiles(t *testing.T, c *kafkalog.Client) (files []string) {
	t.Helper()
	dec := schemas.NewDecoder()
	n, err := c.ExistingPartitions(t.Context(), schemas.TopicEvents)
	if err != nil {
		t.Fatal(err)
	}
	for p := range n {
		_, err := c.NewReader(schemas.TopicEvents, p, 0).Fetch(t.Context(), 50*time.Millisecond, 1<<20, func(r kafkalog.Record) error {
			var ev schemas.Event
			_, control, err := dec.Record(r.Value, &ev)
			if !control {
				files = append(files, strings.Clone(ev.File))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestTopicsThatCannotBeRead(t *testing.T) {
	for arg, want := range map[string]string{
		"kafka:kumo":               "name the type",
		"postfix:kafka:kumo":       "other partitions",
		"kumomta:kafka:":           "no name of a topic",
		"platform:kafka:mail.dead": "mailfate itself",
	} {
		for _, find := range []Finder{Find, FindToFollow} {
			_, err := find(ParseArgument(arg), func(schemas.SourceType, string) Settings { return Settings{} })
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", arg, err, want)
			}
		}
	}
	src := Source{Type: schemas.SourceKumoMTA}
	src.Set.Path = "kafka:kumo"
	if _, err := Parse(&src, nil, nil); err == nil {
		t.Error("parsed a topic without Kafka")
	}
}

// TestTypesAreRecognised names logs of MTAs without their types.
func TestTypesAreRecognised(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		content string
		want    schemas.SourceType
	}{
		"acct.csv":        {"type,timeLogged,rcpt\nd,1790000000,a@b.test\n", schemas.SourcePowerMTA},
		"20261120-235959": {fmt.Sprintf(topicRecord, 1, 1) + "\n", schemas.SourceKumoMTA},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := Find(ParseArgument(path), func(schemas.SourceType, string) Settings { return Settings{} })
		if err != nil || len(found) != 1 || found[0].Type != c.want {
			t.Fatalf("%s: got %+v, %v", name, found, err)
		}
		n, err := Parse(&found[0], func(*schemas.Event) error { return nil }, nil)
		if err != nil || n.Events != 1 {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
}
