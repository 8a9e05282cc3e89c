package app

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/sinks/clickhouse"
)

// A replay into a cluster in which another process processes and writes ends, with
// the report of one that is alone.
func TestReplayBesideOthers(t *testing.T) {
	log := filepath.Join(recorded, "mail.log")
	want := replay(t, Options{Dir: t.TempDir()}, 0, log)
	o := Options{
		Kafka:      kafkalog.Options{Brokers: []string{embeddedtest.Broker(t).Addr()}},
		ClickHouse: clickhouse.Options{Addresses: []string{embeddedtest.ClickHouse(t).Native()}, Database: "beside"},
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	other := o
	other.Dir, other.Roles = t.TempDir(), RoleProcessor|RoleSink
	a, err := New(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	a.Start()
	defer func() {
		if err := a.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	}()
	ends, err := a.client.EndOffsets(ctx, "mail.events")
	if err = errors.Join(err, a.processor.WaitFor(ctx, ends)); err != nil { // it has all partitions
		t.Fatal(err)
	}
	o.Dir = t.TempDir()
	if got := replay(t, o, 0, log); got.Digest != want.Digest {
		t.Errorf("digest %s, want %s", got.Digest, want.Digest)
	}
}
