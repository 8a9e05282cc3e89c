package file

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/intake"
)

func record(t *testing.T, s *schemas.Snapshot) kafkalog.Record {
	t.Helper()
	value, err := schemas.NewEncoder().Snapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	return kafkalog.Record{Key: s.AppendKey(nil), Value: append([]byte(nil), value...)}
}

func snapshot() *schemas.Snapshot {
	queued, _ := schemas.Canonical.Status("queued")
	delivered, _ := schemas.Canonical.Status("delivered")
	dropped, _ := schemas.NetcoreFeed.Status("dropped")
	return &schemas.Snapshot{
		Identity: schemas.Identity{MessageID: "m\n\xff", Recipient: "ann@example.org"}, Standing: schemas.Shown, Was: schemas.Shown, Revision: 4,
		Row: schemas.Row{Statuses: schemas.Statuses{0: delivered, 2: dropped}, Sender: "<>", First: -1 << 62, Last: 1 << 62, Delivered: 2000, Attempts: 1},
		History: []schemas.Change{
			{Cause: 1, Kind: schemas.Queued, Time: 1000, After: schemas.Statuses{queued}},
			{Cause: 2, Kind: schemas.Delivered, Time: 2000, Before: schemas.Statuses{queued}, After: schemas.Statuses{delivered}, Reply: "<b>ok</b>"},
		},
		Fresh: []schemas.EventID{2},
	}
}

func lines(t *testing.T, raw []byte) []map[string]any {
	t.Helper()
	var list []map[string]any
	for text := range bytes.Lines(raw) {
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		list = append(list, doc)
	}
	return list
}

func fill(t *testing.T, s *Sink, whole bool, list ...*schemas.Snapshot) *batch {
	t.Helper()
	b := &batch{sink: s, decoder: schemas.NewDecoder()}
	for _, snap := range list {
		if err := b.Add(schemas.TopicStatus, record(t, snap), whole); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func TestLines(t *testing.T) {
	moved := snapshot()
	moved.MessageID, moved.Standing, moved.Was = "moved", schemas.Joined, schemas.Shown|schemas.Joined
	moved.Withdrawn = []schemas.Withdrawal{{Cause: 9, Time: 3000}}
	own := snapshot()
	own.Recipient = ""
	for whole, want := range map[bool]int{false: 4, true: 5} {
		var out bytes.Buffer
		b := fill(t, New(&out), whole, snapshot(), moved, own)
		if err := b.Write(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := lines(t, out.Bytes())
		if len(got) != want || b.Rows() != want {
			t.Fatalf("whole %v: %d lines, %d rows, want %d:\n%s", whole, len(got), b.Rows(), want, out.String())
		}
		status, gone := got[want-3], got[want-1]
		if status["table"] != "message_status" || status["account"] != "default" || status["delivered_at"] != "1970-01-01T00:00:02Z" || status["withdrawn"] != nil {
			t.Errorf("status is %v", status)
		}
		fates := map[string]any{"canonical": "delivered", "netcore": "none", "netcore_feed": "dropped", "tipimail": "none", "unisender": "none"}
		ended := map[string]any{"canonical": false, "netcore": false, "netcore_feed": true, "tipimail": false, "unisender": false}
		if diff := cmp.Diff([]any{fates, ended}, []any{status["status"], status["status_final"]}); diff != "" {
			t.Errorf("statuses: %s", diff)
		}
		before, change := got[want-4]["status_before"], got[want-4]
		if cmp.Equal(before, change["status"]) || len(before.(map[string]any)) != len(ended) || len(change["status_final"].(map[string]any)) != len(ended) {
			t.Errorf("change is %v", change)
		}
		if gone["message_id"] != "moved" || gone["withdrawn"] != true || gone["status"] != nil {
			t.Errorf("what was withdrawn is %v", gone)
		}
	}
}

func TestRecordsWithoutLines(t *testing.T) {
	b := &batch{decoder: schemas.NewDecoder()}
	for _, rec := range []kafkalog.Record{{Key: []byte("k")}, {Key: []byte{0}, Value: []byte("x")}} {
		if err := b.Add(schemas.TopicStatus, rec, true); err != nil || b.Rows() != 0 {
			t.Errorf("%v, %d lines", err, b.Rows())
		}
	}
	if err := b.Add(schemas.TopicStatus, kafkalog.Record{Key: snapshot().AppendKey(nil), Value: []byte{99}}, true); err == nil {
		t.Error("a snapshot of a newer format was taken for one")
	}
}

// full writes a part and fails, so often.
type full struct {
	bytes.Buffer
	times int
}

func (f *full) Write(p []byte) (int, error) {
	if f.times > 0 {
		f.times--
		n, _ := f.Buffer.Write(p[:len(p)/2])
		return n, errors.New("disk full")
	}
	return f.Buffer.Write(p)
}

func TestTornLinesAreEnded(t *testing.T) {
	out := &full{times: 2}
	b := fill(t, New(out), false, snapshot())
	failures := 0
	for b.Write(t.Context()) != nil {
		failures++
	}
	parts := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if got := lines(t, []byte(strings.Join(parts[len(parts)-2:], "\n"))); failures != 2 || len(got) != 2 {
		t.Errorf("%d failures, then:\n%s", failures, out.String())
	}
}

func TestFileIsContinued(t *testing.T) {
	path := filepath.Join(t.TempDir(), "statuses.ndjson")
	if err := os.WriteFile(path, []byte("{}\n{\"torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := fill(t, s, false, snapshot()).Write(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(string(raw), "\n"); len(got) != 7 || got[1] != `{"torn` {
		t.Errorf("the file is %q", got)
	}
	if _, err := Open(filepath.Join(path, "below")); err == nil {
		t.Error("a path below a file was opened")
	}
}

func TestWriterConsumes(t *testing.T) {
	var out bytes.Buffer
	in := New(&out).Writer(intake.Options{})
	log := &once{rec: record(t, snapshot())}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- in.Consume(ctx, intake.Partition{Topic: schemas.TopicStatus, Log: log, Commit: func(context.Context, int64) error { return nil }})
	}()
	if err := in.WaitFor(ctx, schemas.TopicStatus, map[int]int64{0: 1}); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(lines(t, out.Bytes())); n != 3 {
		t.Errorf("%d lines, want 3", n)
	}
}

// once is a partition of one record.
type once struct {
	rec  kafkalog.Record
	read bool
}

func (o *once) Fetch(ctx context.Context, _ time.Duration, _ int, fn func(kafkalog.Record) error) (kafkalog.Progress, error) {
	end := kafkalog.Progress{Position: 1, LastStable: 1}
	if o.read {
		<-ctx.Done()
		return end, ctx.Err()
	}
	o.read = true
	return end, fn(o.rec)
}
