package process

import (
	"context"
	"testing"

	"mailfate/pipeline/embedded/apachekafka"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// BenchmarkProcessorApache takes in real events from eight partitions of an
// Apache Kafka on the same machine, from when all are published until all are
// committed. 1,000,000 of them are a good measure:
//
//	go test ./pipeline/process -run '^$' -bench ProcessorApache -benchtime 1000000x
func BenchmarkProcessorApache(b *testing.B) {
	const partitions = 8
	addr, _ := apachekafka.Start(b)
	client := clientOf(b, partitions, addr)
	publishRecorded(b, newPublisher(b, client, partitions), b.N)
	ends, err := client.EndOffsets(b.Context(), schemas.TopicEvents)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.TempDir(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	ctx, stop := context.WithCancel(b.Context())
	p := New(Options{Client: client, Store: st})
	done := make(chan error, 1)
	b.ReportAllocs()
	b.ResetTimer()
	go func() { done <- p.Run(ctx) }()
	if err := p.WaitFor(ctx, ends); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
