package apachekafka

import "testing"

// Start starts a broker for one test. Each of extra is a line for its
// server.properties.
func Start(tb testing.TB, extra ...string) (addr string, b *Broker) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a real Apache Kafka is not for -short")
	}
	b, err := Launch(tb.Context(), tb.TempDir(), extra...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		b.Kill() // nobody needs its data any more
		if tb.Failed() {
			tb.Logf("Apache Kafka at %s logged last:\n%s", b.Addr, b.logTail())
		}
	})
	return b.Addr, b
}
