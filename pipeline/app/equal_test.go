package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

// visit opens what options name, does something before anything flows, lets
// everything arrive, and returns the digest then.
func visit(t *testing.T, o Options, before func(a *App) error) string {
	t.Helper()
	o.Executable = embeddedtest.Host(t)
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var digest string
	if err = before(a); err == nil {
		a.Start()
		err = a.drain(t.Context())
	}
	if err == nil {
		digest, err = a.db.Digest(t.Context())
	}
	if err := errors.Join(err, a.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return digest
}

// snapshots counts the records that mail.status still has.
func snapshots(t *testing.T, a *App) (n int) {
	t.Helper()
	starts, err := a.client.StartOffsets(t.Context(), schemas.TopicStatus)
	if err != nil {
		t.Fatal(err)
	}
	ends, err := a.client.EndOffsets(t.Context(), schemas.TopicStatus)
	if err != nil {
		t.Fatal(err)
	}
	for p, end := range ends {
		for r := a.client.NewReader(schemas.TopicStatus, p, starts[p]); r.Position() < end; {
			if _, err := r.Fetch(t.Context(), time.Second, 1<<20, func(kafkalog.Record) error { n++; return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

// rewind makes the sink begin again where the log does.
func rewind(t *testing.T, a *App) error {
	t.Helper()
	for _, topic := range clickhouse.Topics() {
		starts, err := a.client.StartOffsets(t.Context(), topic)
		if err != nil {
			return err
		}
		first := kafkalog.Positions{}
		for p, start := range starts {
			first[kafkalog.TopicPartition{Topic: topic, Partition: p}] = start
		}
		if err := a.client.CommitOffsets(t.Context(), &kafkalog.GroupOffsets{Group: a.sinkGroup, Offsets: first}); err != nil {
			return err
		}
	}
	return nil
}

// Of a compacted log a sink that begins again makes the same rows, and so does one
// whose ClickHouse is new.
func TestSinkRewoundOverCompactedTopic(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	replay(t, o, 0, begun(t))
	want := replay(t, o, 0, recorded).Digest
	rewound := visit(t, o, func(a *App) error {
		before := snapshots(t, a)
		if err := a.broker.Compact(t.Context()); err != nil {
			return err
		}
		if after := snapshots(t, a); after >= before*9/10 {
			t.Errorf("compaction left %d of %d records: this proves nothing", after, before)
		}
		return rewind(t, a)
	})
	if rewound != want {
		t.Errorf("rewound: digest %s, want %s", rewound, want)
	}
	if err := os.RemoveAll(filepath.Join(o.Dir, "clickhouse")); err != nil {
		t.Fatal(err)
	}
	if anew := visit(t, o, func(*App) error { return nil }); anew != want {
		t.Errorf("a new ClickHouse: digest %s, want %s", anew, want)
	}
}

// Rules that change between a message's transport and what its readers do, and a
// refold, make what the new rules make of all of it.
func TestRulesChangedMidway(t *testing.T) {
	first, second := begun(t), []string{filepath.Join(recorded, "access.log"), filepath.Join(recorded, "platform.ndjson")}
	dir := t.TempDir()
	replay(t, Options{Dir: dir}, 0, first)
	sooner := status.Timers{GiveUp: 2000}
	rows := schemas.Tipimail.Rows
	final := func() {
		for i := range rows {
			rows[i].Final = !rows[i].Final
		}
	}
	final()
	t.Cleanup(final)
	mixed := replay(t, Options{Dir: dir, Timers: sooner}, 0, second...)
	want := replay(t, Options{Dir: t.TempDir(), Timers: sooner}, 0, append(second, first)...)
	if mixed.Digest == want.Digest {
		t.Fatal("what the old rules made is not there any more: this proves nothing")
	}
	if r, digest, _ := refold(t, Options{Dir: dir, Timers: sooner}); digest != want.Digest || r.Changed == 0 {
		t.Errorf("%+v, digest %s, want %s", r, digest, want.Digest)
	}
}

// A partition that goes on, on a machine that has nothing of it, and comes back
// to the first one, whose state is old by then, is what it would have been there.
func TestPartitionsRebuiltElsewhere(t *testing.T) {
	want := replay(t, Options{Dir: t.TempDir()}, 0, recorded).Digest
	one := Options{
		Kafka:      kafkalog.Options{Brokers: []string{embeddedtest.Broker(t).Addr()}},
		ClickHouse: clickhouse.Options{Addresses: []string{embeddedtest.ClickHouse(t).Native()}},
		Dir:        t.TempDir(),
	}
	other := one
	other.Dir = t.TempDir()
	replay(t, one, 0, begun(t))
	replay(t, other, 0, filepath.Join(recorded, "access.log"), filepath.Join(recorded, "platform.ndjson"))
	if got := replay(t, one, 0, recorded).Digest; got != want {
		t.Errorf("back on the first machine: digest %s, want %s", got, want)
	}
}
