package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/embedded/apachekafka"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// BenchmarkProcessorApache takes in real events from eight partitions of an
// Apache Kafka on the same machine, from when all are published until all are
// committed. It says what CPU time an event costs here and in the broker too,
// which others' use of the machine changes least. A million is a good measure:
//
//	go test ./pipeline/process -run '^$' -bench ProcessorApache -benchtime 1000000x
func BenchmarkProcessorApache(b *testing.B) {
	const partitions = 8
	addr, broker := apachekafka.Start(b)
	client := clientOf(b, partitions, addr)
	publishRecorded(b, newPublisher(b, client, partitions), b.N)
	ends, err := client.EndOffsets(b.Context(), schemas.TopicEvents)
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(b.TempDir(), store.Options{Cache: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	p := New(Options{Client: client, Store: st})
	ours, brokers := cpuTime(b), cpuTimeOf(b, broker.Pid())
	b.ReportAllocs()
	b.ResetTimer()
	heap := peak(b.Context(), b, p, ends)
	b.StopTimer()
	b.ReportMetric(float64(heap)/1e6, "peak-heap-MB")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(perEvent(b, cpuTime(b)-ours), "cpu-µs/event")
	b.ReportMetric(perEvent(b, cpuTimeOf(b, broker.Pid())-brokers), "broker-cpu-µs/event")
}

func perEvent(b *testing.B, d time.Duration) float64 {
	return float64(d.Nanoseconds()) / 1000 / float64(b.N)
}

// cpuTime is what this process has used.
func cpuTime(tb testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// cpuTimeOf is what another process has used; Linux tells it in hundredths of a second.
func cpuTimeOf(tb testing.TB, pid int) (used time.Duration) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, behindName, _ := bytes.Cut(stat, []byte(") "))
	for _, field := range bytes.Fields(behindName)[11:13] { // in user mode, and in the kernel
		n, err := strconv.Atoi(string(field))
		if err != nil {
			tb.Fatal(err)
		}
		used += time.Duration(n) * 10 * time.Millisecond
	}
	return used
}
