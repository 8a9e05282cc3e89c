package embedded

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestRetentionHoldsPublishersAndDeletesWhatWasRead(t *testing.T) {
	dir := t.TempDir()
	b := testBroker(t, dir)
	createTopic(t, b, "events", 2)
	read := Positions{"events": {0: 0, 1: 0}}
	r := b.NewRetention(RetentionOptions{Positions: func() Positions { return read }, Topics: []string{"events"}, MaxUnread: 5000})
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	cl := testClient(t, b)
	for range 10 {
		produce(t, cl, record("events", 0, "k", strings.Repeat("x", 1000)))
	}
	trim(t, r)
	if r.Unread() < 10_000 {
		t.Errorf("%d bytes unread, want all", r.Unread())
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := r.Wait(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want that publishers wait", err)
	}

	waited := make(chan error, 1)
	go func() { waited <- r.Wait(t.Context()) }()
	read["events"][0] = 7
	trim(t, r)
	if err := <-waited; err != nil {
		t.Error(err)
	}
	if got := startOffset(t, b, "events"); got != 7 {
		t.Errorf("the log starts at %d, want 7: what was read, and no more, is deleted", got)
	}

	read["events"][0] = 10
	trim(t, r)
	if got := startOffset(t, b, "events"); got != 9 {
		t.Errorf("the log starts at %d, want 9: the last batch stays", got)
	}
	b = testBroker(t, killImage(t, dir))
	r = b.NewRetention(RetentionOptions{})
	ends, err := r.ends(t.Context(), read)
	if err != nil || ends["events"][0] != 10 {
		t.Errorf("the log ends at %v after a kill (%v), want 10", ends, err)
	}
}

func TestRetentionOfAnUnknownTopicIsAnError(t *testing.T) {
	b := testBroker(t, t.TempDir())
	r := b.NewRetention(RetentionOptions{Positions: func() Positions { return Positions{"none": {0: 1}} }})
	if err := r.Trim(t.Context()); err == nil || !strings.Contains(err.Error(), "UNKNOWN_TOPIC") {
		t.Errorf("%v, want the broker's answer", err)
	}
}

func trim(t *testing.T, r *Retention) {
	t.Helper()
	if err := r.Trim(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func startOffset(t *testing.T, b *Broker, topic string) int64 {
	t.Helper()
	const earliest = -2
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	rt := kmsg.NewListOffsetsRequestTopic()
	rt.Topic = topic
	rp := kmsg.NewListOffsetsRequestTopicPartition()
	rp.Timestamp = earliest
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	resp, err := req.RequestWith(t.Context(), b.client)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Topics[0].Partitions[0].Offset
}
