package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"mailfate/pipeline/app"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
	"mailfate/sinks/intake"
	"mailfate/sources/publish"
	"mailfate/sources/tail"
)

// memory is a topic in memory: what sources publish to, and what a sink reads.
type memory struct {
	mu      sync.Mutex
	records map[string][]kafkalog.Record // by topic
}

func newMemory() *memory { return &memory{records: map[string][]kafkalog.Record{}} }

// Publish keeps the records, whatever their partition.
func (m *memory) Publish(_ context.Context, topic string, _ int, records []kafkalog.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range records {
		r.Key, r.Value = slices.Clone(r.Key), slices.Clone(r.Value)
		r.Offset = int64(len(m.records[topic]))
		m.records[topic] = append(m.records[topic], r)
	}
	return nil
}

// memoryReader reads a topic of a memory that grows no more.
type memoryReader struct {
	records []kafkalog.Record
	next    int64
}

// Fetch hands out up to a thousand records; at the end it waits for ctx.
func (r *memoryReader) Fetch(ctx context.Context, _ time.Duration, _ int, fn func(kafkalog.Record) error) (kafkalog.Progress, error) {
	if int(r.next) == len(r.records) {
		<-ctx.Done()
		return kafkalog.Progress{}, ctx.Err()
	}
	for range min(1000, len(r.records)-int(r.next)) {
		if err := fn(r.records[r.next]); err != nil {
			return kafkalog.Progress{}, err
		}
		r.next++
	}
	return kafkalog.Progress{Position: r.next, LastStable: int64(len(r.records))}, nil
}

// readLog reads a whole log at once, undisturbed, and returns its events.
func readLog(ctx context.Context, content []byte, into *[]schemas.Event) (err error) {
	dir, err := os.MkdirTemp("", "mailfate-faults-log-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "mail.log")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	s, err := store.Open("oracle", store.Options{FS: vfs.NewMem()})
	if err != nil {
		return err
	}
	defer s.Close()
	log := newMemory()
	src, err := logSource(path)
	if err != nil {
		return err
	}
	stream, err := publish.New(publish.Options{
		Name: src.Name(), Reader: tail.Open(src.Set, tail.Options{}), Parser: src.Parser, Store: s, Log: log, Partitions: 1,
	})
	if err != nil {
		return err
	}
	if err := stream.Replay(ctx); err != nil {
		return err
	}
	dec := schemas.NewDecoder()
	for _, r := range log.records[schemas.TopicEvents] {
		var ev schemas.Event
		_, isControl, err := dec.Record(r.Value, &ev)
		switch {
		case err != nil:
			return err
		case !isControl:
			*into = append(*into, ev)
		}
	}
	return nil
}

// logSource is a host's log, as the command line names it: the file that is
// written to, which stands for all its rotations.
func logSource(path string) (app.Source, error) {
	found, err := app.FindToFollow(app.Argument{Type: schemas.SourcePostfix, Path: path},
		func(schemas.SourceType, string) app.Settings {
			return app.Settings{Stream: "log:" + filepath.Base(filepath.Dir(path))}
		})
	if err != nil || len(found) != 1 {
		return app.Source{}, fmt.Errorf("find %s: %d sources: %w", path, len(found), err)
	}
	return found[0], nil
}

// expectation is everything that has to follow from a workload.
type expectation struct {
	snapshots []schemas.Snapshot
	events    []schemas.Event
}

// expect evaluates every message once, from all of its events. It is the
// processor without batches, indexes, memory and failures.
func expect(ctx context.Context, w *workload) (*expectation, error) {
	events := slices.Clone(w.events)
	for _, log := range w.logs {
		if err := readLog(ctx, log, &events); err != nil {
			return nil, fmt.Errorf("read log undisturbed: %w", err)
		}
	}
	cells := map[schemas.Identity]*schemas.Snapshot{}
	at := func(id schemas.Identity) *schemas.Snapshot {
		if cells[id] == nil {
			cells[id] = &schemas.Snapshot{Identity: id}
		}
		return cells[id]
	}
	for i := range events {
		ev := &events[i]
		status.Add(at(ev.Identity), ev)
		status.AddAccount(at(schemas.Identity{MessageID: ev.MessageID}), ev.Account)
		if ev.CreatesRecipient() {
			status.AddRecipient(at(schemas.Identity{Account: ev.Account, MessageID: ev.MessageID}), ev.Recipient)
		}
	}
	var named []schemas.Identity // what names no account may show under one
	for id := range cells {
		if header := cells[schemas.Identity{MessageID: id.MessageID}]; id.Account == "" && len(header.Accounts) == 1 {
			named = append(named, schemas.Identity{Account: header.Accounts[0], MessageID: id.MessageID, Recipient: id.Recipient})
		}
	}
	for _, id := range named {
		at(id)
	}
	e := status.NewEvaluator(status.Timers{})
	all := &expectation{events: events}
	for id, s := range cells {
		m := message(cells, id, w.clock)
		view := e.Evaluate(&m)
		told := schemas.Snapshot{Identity: id, Events: s.Events, Counted: s.Counted}
		status.Settle(&told, &view, true, 1)
		all.snapshots = append(all.snapshots, told)
	}
	return all, nil
}

// message gathers the records that a key's fate depends on.
func message(cells map[schemas.Identity]*schemas.Snapshot, id schemas.Identity, clock func(string) int64) status.Message {
	m := status.Message{
		Key: cells[id], Header: cells[schemas.Identity{MessageID: id.MessageID}],
		Unnamed: cells[schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}],
		Whole:   cells[schemas.Identity{Account: id.Account, MessageID: id.MessageID}],
		Clock:   clock,
	}
	if m.Header != nil && len(m.Header.Accounts) == 1 {
		owner := m.Header.Accounts[0]
		m.Owner = cells[schemas.Identity{Account: owner, MessageID: id.MessageID, Recipient: id.Recipient}]
		m.OwnerWhole = cells[schemas.Identity{Account: owner, MessageID: id.MessageID}]
	}
	return m
}

// clock is where a stream's clock ends; those of logs all at the same time.
func (w *workload) clock(stream string) int64 {
	if t, ok := w.clocks[stream]; ok {
		return t
	}
	return endOfTime
}

// write puts the rows that have to be there into a database.
func (x *expectation) write(ctx context.Context, db *clickhouse.DB) error {
	log, enc := newMemory(), schemas.NewEncoder()
	put := func(topic string, key, value []byte, err error) error {
		if err != nil {
			return err
		}
		return log.Publish(ctx, topic, 0, []kafkalog.Record{{Key: key, Value: value, Time: 1}})
	}
	for i := range x.snapshots {
		s := &x.snapshots[i]
		value, err := enc.Snapshot(s)
		if err := put(schemas.TopicStatus, s.AppendKey(nil), value, err); err != nil {
			return err
		}
	}
	for i := range x.events {
		value, err := enc.Event(&x.events[i])
		if err := put(schemas.TopicEvents, []byte(x.events[i].MessageID), value, err); err != nil {
			return err
		}
	}
	in := db.Writer(intake.Options{Compaction: -1})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, len(log.records))
	for topic, records := range log.records {
		p := intake.Partition{Topic: topic, Log: &memoryReader{records: records}, Commit: func(context.Context, int64) error { return nil }}
		go func() { failed <- in.Consume(ctx, p) }()
	}
	for topic, records := range log.records {
		if err := in.WaitFor(ctx, topic, map[int]int64{0: int64(len(records))}); err != nil {
			return err
		}
	}
	cancel()
	for range log.records {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}
