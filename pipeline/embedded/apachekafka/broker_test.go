package apachekafka

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestLifecycle(t *testing.T) {
	began := time.Now()
	addr, b := Start(t)
	t.Logf("started in %v with %d MB resident", time.Since(began).Round(time.Millisecond), resident(t, b))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.MetadataMinAge(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	create := kmsg.NewPtrCreateTopicsRequest()
	create.Topics = []kmsg.CreateTopicsRequestTopic{{Topic: "log", NumPartitions: 1, ReplicationFactor: 1}}
	create.TimeoutMillis = 10_000
	if res, err := create.RequestWith(ctx, client); err != nil || res.Topics[0].ErrorCode != 0 {
		t.Fatalf("create topic: %+v, %v", res, err)
	}
	put := func(value string) {
		t.Helper()
		if err := client.ProduceSync(ctx, &kgo.Record{Topic: "log", Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	put("first")

	if err := b.Pause(); err != nil {
		t.Fatal(err)
	}
	short, stop := context.WithTimeout(ctx, 100*time.Millisecond)
	defer stop()
	if err := ready(short, addr, b.cluster); err == nil {
		t.Error("a paused broker answers")
	}
	if err := b.Continue(); err != nil {
		t.Fatal(err)
	}
	put("paused")

	for _, end := range []func(){b.Kill, func() {
		if err := b.Stop(); err != nil {
			t.Fatal(err)
		}
	}} {
		began := time.Now()
		end()
		if err := ready(ctx, addr, b.cluster); err == nil {
			t.Fatal("it answers after its end")
		}
		ended := time.Now()
		if err := b.Restart(ctx); err != nil {
			t.Fatal(err)
		}
		t.Logf("ended in %v, restarted in %v", ended.Sub(began), time.Since(ended))
		put("restarted")
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.ConsumeTopics("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for n := 0; n < 4; {
		fetches := reader.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		n += fetches.NumRecords()
	}
}

// resident is the broker's resident memory in MB, where the system tells.
func resident(t *testing.T, b *Broker) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.Pid()))
	if err != nil {
		t.Log(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kb := 0
	_, _ = fmt.Sscan(rest, &kb)
	return kb >> 10
}

func TestFailedStartShowsTheLog(t *testing.T) {
	skipShort(t)
	_, err := Launch(t.Context(), t.TempDir(), "num.io.threads=none")
	if err == nil || !strings.Contains(err.Error(), "num.io.threads") {
		t.Errorf("got %v", err)
	}
}
