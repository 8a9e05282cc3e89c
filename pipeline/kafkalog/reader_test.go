package kafkalog

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestReadCommitted(t *testing.T) { onBoth(t, testReadCommitted) }

func testReadCommitted(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)

	// a commits around b, which aborts in the midst; c commits after a's abort.
	a, b := mustInit(t, c, "a"), mustInit(t, c, "b")
	mustBegin(t, a, log, "a1", "1")
	if err := a.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, b, log, "b1", "1")
	if err := b.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, a, log, "a2", "2")
	if err := a.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if err := b.Abort(ctx); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, a, nil)
	mustBegin(t, b, log, "b2", "2") // after its abort marker b is visible again
	mustCommit(t, b, nil)
	mustBegin(t, a, log, "a3", "3")
	if err := a.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Abort(ctx); err != nil { // the log ends with an abort marker
		t.Fatal(err)
	}

	want := []string{"a1=1", "a2=2", "b2=2"}
	if diff := cmp.Diff(want, readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
	// From every position, one batch at a time, the same tail comes out.
	offsets := map[string]int64{"a1=1": 0, "a2=2": 2, "b2=2": 5}
	for start := range int64(8) {
		r := c.NewReader(log, 0, start)
		var got, tail []string
		for r.Position() < 8 {
			if _, err := r.Fetch(ctx, time.Second, 1, func(rec Record) error {
				got = append(got, text(rec))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, w := range want {
			if offsets[w] >= start {
				tail = append(tail, w)
			}
		}
		if !slices.Equal(got, tail) {
			t.Errorf("from %d: got %v, want %v", start, got, tail)
		}
	}
}

func TestOpenTransactionHoldsReaderBack(t *testing.T) { onBoth(t, testOpenTransactionHoldsReaderBack) }

func testOpenTransactionHoldsReaderBack(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	if err := c.NewPublisher().Publish(ctx, log, 0, records(0, 2)); err != nil {
		t.Fatal(err)
	}
	p := mustInit(t, c, "p")
	mustBegin(t, p, log, "open", "1")
	if err := p.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	r := c.NewReader(log, 0, 0)
	got, err := r.Fetch(ctx, time.Second, 1<<20, func(Record) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := (Progress{Position: 2, LastStable: 2, HighWatermark: 3, Records: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	stable, err := c.StableOffsets(ctx, log)
	if err != nil || stable[0] != 2 {
		t.Errorf("stable offsets %v, %v", stable, err)
	}
	ends, err := c.EndOffsets(ctx, log)
	if err != nil || ends[0] != 3 {
		t.Errorf("end offsets %v, %v", ends, err)
	}
}

func TestTombstonesAndEmptyValues(t *testing.T) { onBoth(t, testTombstonesAndEmptyValues) }

func testTombstonesAndEmptyValues(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	want := []Record{
		{Offset: 0, Time: 7, Key: []byte("a"), Value: nil},
		{Offset: 1, Time: 8, Key: []byte("b"), Value: []byte{}},
		{Offset: 2, Time: 9, Key: nil, Value: []byte("v")},
	}
	if err := c.NewPublisher().Publish(testContext(t), log, 0, want); err != nil {
		t.Fatal(err)
	}
	var got []Record
	if _, err := c.NewReader(log, 0, 0).Fetch(testContext(t), time.Second, 1<<20, func(r Record) error {
		got = append(got, cloneRecord(r))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadAcrossCompactedGaps(t *testing.T) { onBoth(t, testReadAcrossCompactedGaps) }

func testReadAcrossCompactedGaps(t *testing.T, cluster *testCluster) {
	c := cluster.dial(t)
	log := cluster.topic(t, 1, map[string]string{
		"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01", "retention.ms": "-1", "segment.ms": "10",
	})
	p := mustInit(t, c, "p")
	for i := range 20 {
		mustBegin(t, p, log, "same", fmt.Sprint(i), fmt.Sprintf("once%d", i%3), fmt.Sprint(i))
		mustCommit(t, p, nil)
	}
	var got []string
	cluster.compact()
	eventually(t, func() bool {
		got = readAll(t, c, log, 0)
		return len(got) < 40
	})
	if last := got[len(got)-2:]; !slices.Equal(last, []string{"same=19", "once1=19"}) {
		t.Errorf("got %v at the end", last)
	}
}

func TestRefusedRecordIsReadAgain(t *testing.T) { onBoth(t, testRefusedRecordIsReadAgain) }

func testRefusedRecordIsReadAgain(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	if err := c.NewPublisher().Publish(ctx, log, 0, records(0, 5)); err != nil {
		t.Fatal(err)
	}
	r := c.NewReader(log, 0, 0)
	stop := errors.New("not now")
	progress, err := r.Fetch(ctx, time.Second, 1<<20, func(rec Record) error {
		if rec.Offset == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || progress.Position != 3 || progress.Records != 3 {
		t.Fatalf("got %+v, %v", progress, err)
	}
	var got []string
	if _, err := r.Fetch(ctx, time.Second, 1<<20, func(rec Record) error {
		got = append(got, text(rec))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"k3=v3", "k4=v4"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOffsetOutOfRange(t *testing.T) { onBoth(t, testOffsetOutOfRange) }

func testOffsetOutOfRange(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	for i := range 3 {
		if err := c.NewPublisher().Publish(ctx, log, 0, records(i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	cluster.deleteRecords(t, log, 2)
	for _, offset := range []int64{0, 99} {
		r := c.NewReader(log, 0, offset)
		_, err := r.Fetch(ctx, time.Second, 1<<20, func(Record) error { return nil })
		var lost *OffsetOutOfRangeError
		if !errors.Is(err, ErrOffsetOutOfRange) || !errors.As(err, &lost) {
			t.Fatalf("offset %d: %v", offset, err)
		}
		if want := (OffsetOutOfRangeError{Offset: offset, LogStart: 2, HighWatermark: 3}); *lost != want {
			t.Errorf("got %+v, want %+v", *lost, want)
		}
		var e *Error
		if !errors.As(err, &e) || e.Temporary() || r.Position() != offset {
			t.Errorf("temporary, or moved to %d: %v", r.Position(), err)
		}
	}
	starts, err := c.StartOffsets(ctx, log)
	if err != nil || starts[0] != 2 {
		t.Errorf("start offsets %v, %v", starts, err)
	}
}

func TestFetchRetriesTemporaryErrors(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	ctx := testContext(t)
	if err := c.NewPublisher().Publish(ctx, "log", 0, records(0, 1)); err != nil {
		t.Fatal(err)
	}
	faults := cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "log", Err: kerr.NotLeaderForPartition, Count: 2},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "log", Err: kerr.UnknownTopicOrPartition, Count: 1},
	)
	cluster.lose.next(kmsg.Fetch, 2, nil)
	if diff := cmp.Diff([]string{"k0=v0"}, readAll(t, c, "log", 0)); diff != "" {
		t.Error(diff)
	}
	if faults.Hits() != 3 {
		t.Errorf("%d of 3 faults were met", faults.Hits())
	}
}

func TestFetchGivesUpInTime(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t, func(o *Options) { o.RetryFor = 200 * time.Millisecond })
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.LeaderNotAvailable, Count: -1})
	_, err := c.NewReader("log", 0, 0).Fetch(testContext(t), 0, 1, func(Record) error { return nil })
	var e *Error
	if !errors.As(err, &e) || !e.Temporary() || e.Topic != "log" {
		t.Errorf("got %v", err)
	}
}

func TestMovedLeaderIsFollowed(t *testing.T) {
	cluster := startCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	ctx := testContext(t)
	pub := c.NewPublisher()
	if err := pub.Publish(ctx, "log", 0, records(0, 1)); err != nil {
		t.Fatal(err)
	}
	if err := cluster.MoveTopicPartition("log", 0, (cluster.LeaderFor("log", 0)+1)%3); err != nil {
		t.Fatal(err)
	}
	if err := pub.Publish(ctx, "log", 0, records(1, 1)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(texts(records(0, 2)), readAll(t, c, "log", 0)); diff != "" {
		t.Error(diff)
	}
}
