package embedded

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestCommitAfterAKill: a producer outlives the broker and goes on with a
// transaction that the repair has aborted. Its last one was a commit, too.
func TestCommitAfterAKill(t *testing.T) {
	for name, offsets := range map[string]bool{"of records": false, "of offsets, too": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := testBroker(t, dir)
			createTopic(t, b, "t", 1)
			cl := testClient(t, b, kgo.TransactionalID("p"))
			begin(t, cl, record("t", 0, "a", "1"))
			commit(t, cl)
			begin(t, cl, record("t", 0, "b", "2"))
			pid, epoch, err := cl.ProducerID(t.Context())
			if err != nil {
				t.Fatal(err)
			}

			b = testBroker(t, killImage(t, dir))
			if offsets {
				req := kmsg.NewPtrAddOffsetsToTxnRequest()
				req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = "p", pid, epoch, "g"
				resp, err := req.RequestWith(t.Context(), b.client)
				if err != nil || !fenced(resp.ErrorCode) {
					t.Errorf("add offsets: %v, %+v; want fenced", err, resp)
				}
			}
			req := kmsg.NewPtrEndTxnRequest()
			req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = "p", pid, epoch, true
			resp, err := req.RequestWith(t.Context(), b.client)
			if err != nil || !fenced(resp.ErrorCode) {
				t.Errorf("end: %v, %+v; want fenced", err, resp)
			}
			cl = testClient(t, b, kgo.TransactionalID("p"))
			begin(t, cl, record("t", 0, "c", "3"))
			commit(t, cl)
			wantCommitted(t, b, "t", 1, "a=1", "c=3")
		})
	}
}

func fenced(code int16) bool {
	return code == kerr.ProducerFenced.Code || code == kerr.InvalidProducerEpoch.Code
}

// TestTornLogs: what the broker wrote behind an entry that was cut short is kept,
// and what it will write is read again at the next start.
func TestTornLogs(t *testing.T) {
	path := filepath.Join(t.TempDir(), producersLog)
	one, two, three := appendEntry(nil, []byte(`{"a":1}`)), appendEntry(nil, []byte(`{"b":2}`)), appendEntry(nil, []byte(`{"c":3}`))
	want := slices.Concat(one, three)
	for cut := range two {
		for _, name := range []string{"cut", "damaged"} {
			middle := slices.Clone(two)
			if name == "cut" {
				middle = middle[:cut]
			} else {
				middle[cut] ^= 1
			}
			if err := os.WriteFile(path, slices.Concat(one, middle, three), 0o600); err != nil {
				t.Fatal(err)
			}
			entries, err := mendLog(path)
			if err != nil || len(entries) != 2 || string(entries[0]) != `{"a":1}` || string(entries[1]) != `{"c":3}` {
				t.Fatalf("%s at %d: %q, %v", name, cut, entries, err)
			}
			if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s at %d: %q is left, %v", name, cut, got, err)
			}
		}
	}
}

func TestFenceHasAnEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, producersLog)
	if err := os.WriteFile(path, appendEntry(nil, []byte(`{"type":"init","pid":7,"epoch":32766,"txid":"p"}`)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := fenceProducers(dir); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := mendLog(path)
	if err != nil || len(entries) != 4 || string(entries[3]) != `{"type":"timeout","pid":7,"epoch":32767}` {
		t.Errorf("%q, %v", entries, err)
	}
}

// TestBrokerThatCannotWrite: what is not written is not acknowledged, nothing is
// afterwards, and what was before is there after the next start.
func TestBrokerThatCannotWrite(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	for name, file := range map[string]string{
		"records": "partitions/full-0/0.dat", "index": "partitions/full-0/0.idx", "producers": producersLog, "groups": groupsLog,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := testBroker(t, dir)
			createTopic(t, b, "t", 1)
			createTopic(t, b, "full", 1)
			cl := testClient(t, b, kgo.TransactionalID("p"))
			begin(t, cl, record("t", 0, "a", "1"))
			commit(t, cl)
			if err := b.Stop(); err != nil {
				t.Fatal(err)
			}
			full := filepath.Join(dir, "topics", file)
			kept, keptErr := os.ReadFile(full)
			if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o700), os.RemoveAll(full)); err != nil {
				t.Fatal(err)
			}
			b, err := StartBroker(t.Context(), BrokerOptions{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("/dev/full", full); err != nil {
				t.Fatal(err)
			}
			if write(t, b, name) == nil {
				t.Error("a write that failed was acknowledged")
			}
			select {
			case <-b.Done():
			case <-time.After(20 * time.Second):
				t.Fatal("it still runs")
			}
			if err := b.Err(); err == nil || !strings.Contains(err.Error(), "no space left") {
				t.Errorf("%v does not say why", err)
			}
			if err := os.Remove(full); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if keptErr == nil {
				if err := os.WriteFile(full, kept, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			wantCommitted(t, testBroker(t, dir), "t", 1, "a=1")
		})
	}
}

// write has the broker write to one of its files.
func write(t *testing.T, b *Broker, file string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	switch file {
	case "producers":
		req := kmsg.NewPtrInitProducerIDRequest()
		id := "p"
		req.TransactionalID, req.TransactionTimeoutMillis = &id, 1000
		_, err := b.client.Request(ctx, req)
		return err
	case "groups":
		req := kmsg.NewPtrOffsetCommitRequest()
		req.Group, req.Generation = "g", -1
		topic := kmsg.NewOffsetCommitRequestTopic()
		topic.Topic = "t"
		topic.Partitions = append(topic.Partitions, kmsg.NewOffsetCommitRequestTopicPartition())
		req.Topics = append(req.Topics, topic)
		_, err := b.client.Request(ctx, req)
		return err
	default:
		cl := testClient(t, b, kgo.RecordRetries(0), kgo.DisableIdempotentWrite())
		return cl.ProduceSync(ctx, record("full", 0, "k", "v")).FirstErr()
	}
}
