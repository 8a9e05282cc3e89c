package kafkalog

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestCommitReturnsPositions(t *testing.T) { onBoth(t, testCommitReturnsPositions) }

func testCommitReturnsPositions(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 2, nil)
	dead := cluster.topic(t, 2, nil)
	c := cluster.dial(t, func(o *Options) { o.BatchBytes = 300 })
	ctx := testContext(t)
	p := mustInit(t, c, "p")
	for round := range int64(3) {
		if err := p.Begin(); err != nil {
			t.Fatal(err)
		}
		for _, r := range records(0, 50) { // several batches
			if err := p.Append(log, 1, r.Key, r.Value, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Append(dead, 0, nil, []byte("x"), 1); err != nil {
			t.Fatal(err)
		}
		got := mustCommit(t, p, nil)
		// each earlier round left its records and a marker
		want := Positions{{log, 1}: 51*round + 50, {dead, 0}: 2*round + 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if err := p.Begin(); err != nil {
		t.Fatal(err)
	}
	if pos, err := p.Commit(ctx, nil); err != nil || len(pos) != 0 {
		t.Errorf("empty transaction: %v, %v", pos, err)
	}
	if got := readAll(t, c, log, 1); len(got) != 150 {
		t.Errorf("%d records", len(got))
	}
}

func TestSecondInitFences(t *testing.T) { onBoth(t, testSecondInitFences) }

func testSecondInitFences(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	zombie := mustInit(t, c, "same")
	mustBegin(t, zombie, log, "zombie", "1")
	if err := zombie.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	owner := mustInit(t, c, "same")
	mustBegin(t, owner, log, "owner", "1")
	mustCommit(t, owner, nil)

	mustAppend(t, zombie, log, "zombie", "2")
	if _, err := zombie.Commit(ctx, nil); !errors.Is(err, ErrFenced) || errors.Is(err, ErrOutcomeUnknown) {
		t.Fatalf("zombie's commit: %v", err)
	}
	if err := zombie.Begin(); err == nil {
		t.Error("a fenced producer may begin")
	}
	if diff := cmp.Diff([]string{"owner=1"}, readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
	mustBegin(t, owner, log, "owner", "2")
	mustCommit(t, owner, nil)
}

// TestFencedBeforeFirstFlush: the zombie learns of it from AddPartitionsToTxn.
func TestFencedBeforeFirstFlush(t *testing.T) { onBoth(t, testFencedBeforeFirstFlush) }

func testFencedBeforeFirstFlush(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	zombie := mustInit(t, c, "same")
	mustBegin(t, zombie, log, "zombie", "1")
	mustInit(t, c, "same")
	if _, err := zombie.Commit(testContext(t), nil); !errors.Is(err, ErrFenced) {
		t.Fatalf("got %v", err)
	}
}

func TestTransactionSurvivesTemporaryErrors(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	fault := func(key kmsg.Key, err *kerr.Error, top bool) kfake.Fault {
		return kfake.Fault{Keys: []kmsg.Key{key}, Err: err, Count: 2, TopLevel: top}
	}
	faults := map[string]*kfake.FaultHandle{
		"init loading":        cluster.Fault(fault(kmsg.InitProducerID, kerr.CoordinatorLoadInProgress, true)),
		"init concurrent":     cluster.Fault(fault(kmsg.InitProducerID, kerr.ConcurrentTransactions, true)),
		"add concurrent":      cluster.Fault(fault(kmsg.AddPartitionsToTxn, kerr.ConcurrentTransactions, false)),
		"add not available":   cluster.Fault(fault(kmsg.AddPartitionsToTxn, kerr.CoordinatorNotAvailable, false)),
		"produce not leader":  cluster.Fault(fault(kmsg.Produce, kerr.NotLeaderForPartition, false)),
		"produce timed out":   cluster.Fault(fault(kmsg.Produce, kerr.RequestTimedOut, false)), // and yet written
		"produce replicas":    cluster.Fault(fault(kmsg.Produce, kerr.NotEnoughReplicas, false)),
		"offsets coordinator": cluster.Fault(fault(kmsg.AddOffsetsToTxn, kerr.NotCoordinator, true)),
		"commit loading":      cluster.Fault(fault(kmsg.TxnOffsetCommit, kerr.CoordinatorLoadInProgress, false)),
		"end moved":           cluster.Fault(fault(kmsg.EndTxn, kerr.NotCoordinator, true)),
	}
	p := mustInit(t, c, "p")
	mustBegin(t, p, "log", "a", "1", "b", "2")
	mustCommit(t, p, &GroupOffsets{Group: "g", Offsets: Positions{{"log", 0}: 42}})
	for name, f := range faults {
		if f.Hits() != 2 {
			t.Errorf("%s: met %d times", name, f.Hits())
		}
	}
	if diff := cmp.Diff([]string{"a=1", "b=2"}, readAll(t, c, "log", 0)); diff != "" {
		t.Error(diff)
	}
	got, err := c.CommittedOffsets(testContext(t), "g", "log")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int]int64{0: 42}, got); diff != "" {
		t.Error(diff)
	}
}

// TestLostAnswers loses the answer to each request of a transaction, after the
// broker has acted on it. Nothing may be missing or doubled.
func TestLostAnswers(t *testing.T) { onBoth(t, testLostAnswers) }

func testLostAnswers(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	p := mustInit(t, c, "p")
	var want []string
	for _, key := range []kmsg.Key{kmsg.AddPartitionsToTxn, kmsg.Produce, kmsg.AddOffsetsToTxn, kmsg.TxnOffsetCommit, kmsg.EndTxn} {
		t.Run(key.Name(), func(t *testing.T) {
			cluster.lose.next(key, 1, nil)
			mustBegin(t, p, log, key.Name(), "1")
			mustCommit(t, p, &GroupOffsets{Group: "g", Offsets: Positions{{log, 0}: int64(key)}})
			if cluster.lose.left() > 0 {
				t.Error("no answer was lost")
			}
			if p.Ready() {
				t.Error("ready, although the request may still arrive")
			} else if err := p.Init(testContext(t)); err != nil {
				t.Fatal(err)
			}
			want = append(want, key.Name()+"=1")
			if diff := cmp.Diff(want, readAll(t, c, log, 0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDoubtAsksForInit: the caller gives up while the outcome is open.
func TestDoubtAsksForInit(t *testing.T) { onBoth(t, testDoubtAsksForInit) }

func testDoubtAsksForInit(t *testing.T, cluster *testCluster) {
	for _, key := range []kmsg.Key{kmsg.Produce, kmsg.EndTxn} {
		t.Run(key.Name(), func(t *testing.T) {
			log := cluster.topic(t, 1, nil)
			c := cluster.dial(t)
			p := mustInit(t, c, "p")
			ctx, giveUp := context.WithCancel(testContext(t))
			cluster.lose.next(key, 3, giveUp)
			mustBegin(t, p, log, "doubt", "1")
			if _, err := p.Commit(ctx, nil); !errors.Is(err, ErrOutcomeUnknown) {
				t.Fatalf("got %v", err)
			}
			if err := p.Begin(); err == nil {
				t.Fatal("begin without init")
			}
			if err := p.Abort(testContext(t)); err != nil {
				t.Fatal(err)
			}
			if err := p.Init(testContext(t)); err != nil {
				t.Fatal(err)
			}
			mustBegin(t, p, log, "after", "1")
			mustCommit(t, p, nil)
			want := []string{"after=1"}
			if key == kmsg.EndTxn { // it had been committed
				want = []string{"doubt=1", "after=1"}
			}
			if diff := cmp.Diff(want, readAll(t, c, log, 0)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCancelledCommitIsInDoubt(t *testing.T) {
	cluster := startCluster(t, kfake.SeedTopics(1, "log"))
	c := cluster.dial(t)
	p := mustInit(t, c, "p")
	mustBegin(t, p, "log", "a", "1")
	ctx, cancel := context.WithCancel(t.Context())
	cluster.ControlKey(int16(kmsg.EndTxn), func(kmsg.Request) (kmsg.Response, error, bool) {
		cancel()
		return nil, nil, true // never answered
	})
	if _, err := p.Commit(ctx, nil); !errors.Is(err, ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestAbortThenGoOn(t *testing.T) { onBoth(t, testAbortThenGoOn) }

func testAbortThenGoOn(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	p := mustInit(t, c, "p")
	for _, flushed := range []bool{false, true, false} {
		mustBegin(t, p, log, "aborted", "1")
		if flushed {
			if err := p.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			mustAppend(t, p, log, "aborted", "2")
		}
		if err := p.Abort(ctx); err != nil {
			t.Fatal(err)
		}
		mustBegin(t, p, log, "kept", "1")
		mustCommit(t, p, nil)
	}
	if diff := cmp.Diff([]string{"kept=1", "kept=1", "kept=1"}, readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestStaleGenerationIsFencedAndAborted(t *testing.T) {
	onBoth(t, testStaleGenerationIsFencedAndAborted)
}

func testStaleGenerationIsFencedAndAborted(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	p := mustInit(t, c, "p")
	mustBegin(t, p, log, "stale", "1")
	stale := &GroupOffsets{Group: "g", MemberID: "nobody", Generation: 7, Offsets: Positions{{log, 0}: 1}}
	if _, err := p.Commit(ctx, stale); !errors.Is(err, ErrFenced) {
		t.Fatalf("got %v", err)
	}
	if err := p.Begin(); err == nil {
		t.Error("begin before abort")
	}
	if err := p.Abort(ctx); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, p, log, "fresh", "1")
	mustCommit(t, p, nil)
	if diff := cmp.Diff([]string{"fresh=1"}, readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
	if err := c.CommitOffsets(ctx, stale); !errors.Is(err, ErrFenced) {
		t.Errorf("plain commit: %v", err)
	}
}

func TestRecordSizes(t *testing.T) { onBoth(t, testRecordSizes) }

func testRecordSizes(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	ctx := testContext(t)
	noise := make([]byte, 2_000_000)
	seed := uint32(9)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = byte(seed >> 24)
	}
	c := cluster.dial(t, func(o *Options) { o.BatchBytes, o.MaxRecordBytes = 1000, 1_500_000 })
	p := mustInit(t, c, "p")
	mustBegin(t, p, log, "small", "1")
	if err := p.Append(log, 0, []byte("k"), noise[:50_000], 1); err != nil { // above a batch, alone in one
		t.Fatal(err)
	}
	if err := p.Append(log, 0, []byte("k"), noise, 1); !errors.Is(err, ErrRecordTooLarge) {
		t.Fatalf("got %v", err)
	}
	mustCommit(t, p, nil)
	if got := readAll(t, c, log, 0); len(got) != 2 {
		t.Errorf("%d records", len(got))
	}
	// Ours allows it, the broker does not: refused, aborted, and the producer lives.
	mustBegin(t, p, log, "lost", "1")
	if err := p.Append(log, 0, []byte("k"), noise[:1_400_000], 1); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Commit(ctx, nil); !errors.Is(err, ErrRecordTooLarge) || errors.Is(err, ErrOutcomeUnknown) {
		t.Fatalf("got %v", err)
	}
	if err := p.Abort(ctx); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, p, log, "big again", string(bytes.Repeat([]byte("x"), 1_400_000))) // compresses well
	mustCommit(t, p, nil)
	if got := readAll(t, c, log, 0); len(got) != 3 {
		t.Errorf("%d records", len(got))
	}
	pub := c.NewPublisher()
	if err := pub.Publish(ctx, log, 0, []Record{{Value: []byte("ok")}, {Value: noise}}); !errors.Is(err, ErrRecordTooLarge) {
		t.Errorf("publish: %v", err)
	}
	if got := readAll(t, c, log, 0); len(got) != 3 {
		t.Errorf("%d records after a refused publish", len(got))
	}
}

func TestTransactionOutlivesItsTimeout(t *testing.T) { onBoth(t, testTransactionOutlivesItsTimeout) }

func testTransactionOutlivesItsTimeout(t *testing.T, cluster *testCluster) {
	log := cluster.topic(t, 1, nil)
	c := cluster.dial(t)
	ctx := testContext(t)
	p := c.NewProducer(t.Name(), 200*time.Millisecond)
	if err := p.Init(ctx); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, p, log, "late", "1")
	if err := p.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { // the broker undoes it
		stable, err := c.StableOffsets(ctx, log)
		return err == nil && stable[0] == 2
	})
	if _, err := p.Commit(ctx, nil); !errors.Is(err, ErrFenced) {
		t.Errorf("got %v", err)
	}
	if err := p.Init(ctx); err != nil {
		t.Fatal(err)
	}
	mustBegin(t, p, log, "again", "1")
	mustCommit(t, p, nil)
	if diff := cmp.Diff([]string{"again=1"}, readAll(t, c, log, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestSequencesWrap(t *testing.T) {
	for _, tc := range []struct{ seq, n, want int32 }{
		{0, 5, 5}, {1<<31 - 1, 1, 0}, {1<<31 - 6, 5, 1<<31 - 1}, {1<<31 - 3, 5, 2},
	} {
		if got := nextSequence(tc.seq, tc.n); got != tc.want {
			t.Errorf("%d + %d = %d, want %d", tc.seq, tc.n, got, tc.want)
		}
	}
}
