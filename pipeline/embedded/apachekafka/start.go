package apachekafka

import (
	"context"
	"os"
	"sync"
	"testing"
)

// Start starts a broker for one test. Each of extra is a line for its
// server.properties.
func Start(tb testing.TB, extra ...string) (addr string, b *Broker) {
	tb.Helper()
	skipShort(tb)
	b, err := Launch(tb.Context(), tb.TempDir(), extra...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Kill) // nobody needs its data any more
	tb.Cleanup(func() { b.tell(tb) })
	return b.Addr, b
}

// Shared returns the address of a broker that all tests of a binary share, for
// those that neither end nor pause it. Their TestMain calls StopShared at last.
func Shared(tb testing.TB) (addr string) {
	tb.Helper()
	skipShort(tb)
	shared.Lock()
	defer shared.Unlock()
	if shared.broker == nil {
		dir, err := os.MkdirTemp("", "apachekafka-")
		if err != nil {
			tb.Fatal(err)
		}
		if shared.broker, err = Launch(context.Background(), dir); err != nil {
			_ = os.RemoveAll(dir)
			tb.Fatal(err)
		}
	}
	b := shared.broker
	tb.Cleanup(func() { b.tell(tb) })
	return b.Addr
}

// StopShared ends the shared broker, if there is one, and removes its data.
func StopShared() {
	shared.Lock()
	defer shared.Unlock()
	if shared.broker != nil {
		shared.broker.Kill()
		_ = os.RemoveAll(shared.broker.dir) // a temporary directory
		shared.broker = nil
	}
}

var shared struct {
	sync.Mutex
	broker *Broker
}

func skipShort(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a real Apache Kafka is not for -short")
	}
}

// tell shows what the broker logged last if the test has failed.
func (b *Broker) tell(tb testing.TB) {
	if tb.Failed() {
		tb.Logf("Apache Kafka at %s logged last:\n%s", b.Addr, b.logTail())
	}
}
