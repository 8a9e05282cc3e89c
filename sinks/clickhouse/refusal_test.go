package clickhouse

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mailfate/schemas"
	"mailfate/sinks/intake"
)

// refusal is a way in which a server that answers takes no rows.
type refusal struct {
	name, says string
	begin, end func(t *testing.T, db *DB)
}

func refusals() []refusal {
	const noRoom = "min_free_disk_bytes_to_perform_insert"
	return []refusal{
		{"disk full", "Could not perform insert", set("message_status", noRoom, "1000000000000000"), reset("message_status", noRoom)},
		{"disk full for one table", "Could not perform insert", set("status_changes", noRoom, "1000000000000000"), reset("status_changes", noRoom)},
		{"read-only", "Table is in readonly mode", set("message_status", "table_readonly", "1"), reset("message_status", "table_readonly")},
	}
}

func set(table, name, value string) func(*testing.T, *DB) {
	return alter(table, "MODIFY SETTING "+name+" = "+value)
}

func reset(table, name string) func(*testing.T, *DB) { return alter(table, "RESET SETTING "+name) }

func alter(table, what string) func(*testing.T, *DB) {
	return func(t *testing.T, db *DB) {
		t.Helper()
		if err := db.Conn().Exec(t.Context(), "ALTER TABLE "+table+" "+what); err != nil {
			t.Fatal(err)
		}
	}
}

// A server answers but takes no rows: the sink says so and why, waits, and writes
// all of them when it may.
func TestServerRefusesRows(t *testing.T) {
	c := startServer(t)
	for _, r := range refusals() {
		t.Run(r.name, func(t *testing.T) {
			db, err := Open(Options{Addresses: []string{c.Native()}, Database: r.name})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.test(t, db)
		})
	}
}

func (r *refusal) test(t *testing.T, db *DB) {
	var said bytes.Buffer // read when nobody writes any more
	in := db.Writer(intake.Options{MaxRows: 100, Every: time.Millisecond, Logger: slog.New(slog.NewTextHandler(&said, nil))})
	log := &memoryLog{grown: make(chan struct{})}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var consumers sync.WaitGroup
	consumers.Go(func() {
		p := intake.Partition{Topic: schemas.TopicStatus, Log: log, Commit: func(context.Context, int64) error { return nil }}
		if err := in.Consume(ctx, p); err != nil {
			t.Error(err)
		}
	})
	n := 0
	more := func() {
		log.append(statusRecords(t, int64(n), message(t, n))...)
		n++
	}
	r.begin(t, db)
	tick := time.NewTicker(5 * time.Millisecond) // the server takes a moment to notice
	defer tick.Stop()
	for in.Status().LastError == nil && ctx.Err() == nil {
		more()
		<-tick.C
	}
	for range 200 {
		more()
	}
	if s := in.Status(); s.WaitingSince.IsZero() || s.LastError == nil || !strings.Contains(s.LastError.Error(), r.says) {
		t.Errorf("while it waits: %+v", s)
	}
	r.end(t, db)
	if err := in.WaitFor(ctx, schemas.TopicStatus, map[int]int64{0: int64(n)}); err != nil {
		t.Fatalf("wait: %v; %+v", err, in.Status())
	}
	cancel()
	consumers.Wait()
	if got := numberOf(t, db, "SELECT count() FROM messages"); got != uint64(n) {
		t.Errorf("%d messages, want %d", got, n)
	}
	if got := numberOf(t, db, "SELECT count() FROM history"); got != uint64(4*n) {
		t.Errorf("%d changes, want %d", got, 4*n)
	}
	for _, words := range []string{"sink waits", r.says, "sink works again"} {
		if !strings.Contains(said.String(), words) {
			t.Errorf("%q was not said: %s", words, said.String())
		}
	}
}
