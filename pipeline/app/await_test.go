package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mailfate/pipeline/embedded/embeddedtest"
	"mailfate/pipeline/kafkalog"
	"mailfate/sinks/clickhouse"
)

// TestWaitsForServers begins while ClickHouse, then Kafka, hangs up on whoever calls.
func TestWaitsForServers(t *testing.T) {
	broker, server := embeddedtest.Broker(t), embeddedtest.ClickHouse(t)
	for _, c := range []struct {
		name           string
		kafka, queries int32 // how many calls each hangs up on
	}{
		{"ClickHouse is away", 0, 3},
		{"Kafka is away", 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			kafka, queries := broker.Addr(), server.Native()
			if c.kafka > 0 {
				kafka = away(t, kafka, c.kafka)
			}
			if c.queries > 0 {
				queries = away(t, queries, c.queries)
			}
			o := Options{
				Dir: t.TempDir(), Wait: true, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
				Kafka:      kafkalog.Options{Brokers: []string{kafka}, RetryFor: 200 * time.Millisecond},
				ClickHouse: clickhouse.Options{Addresses: []string{queries}},
			}
			a, err := New(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("nobody waits for an answer that stays", func(t *testing.T) {
		_, err := New(t.Context(), Options{
			Dir: t.TempDir(), Wait: true, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Kafka:      kafkalog.Options{Brokers: []string{broker.Addr()}},
			ClickHouse: clickhouse.Options{Addresses: []string{server.Native()}, User: "nobody", Password: "wrong"},
		})
		if err == nil || !strings.Contains(err.Error(), "nobody") {
			t.Errorf("got %v", err)
		}
	})
}

// away returns an address that hangs up on the first calls, and hands all
// others through.
func away(t *testing.T, to string, calls int32) string {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var left atomic.Int32
	left.Store(calls)
	t.Cleanup(func() {
		if n := left.Load(); n >= 0 {
			t.Errorf("%d calls were not hung up on", n)
		}
	})
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			if left.Add(-1) >= 0 {
				in.Close()
				continue
			}
			out, err := new(net.Dialer).Dial("tcp", to)
			if err != nil {
				in.Close()
				return
			}
			go func() { _, _ = io.Copy(out, in); out.Close() }()
			go func() { _, _ = io.Copy(in, out); in.Close() }()
		}
	}()
	return l.Addr().String()
}
