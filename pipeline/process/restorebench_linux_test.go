package process

import (
	"testing"

	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// BenchmarkRestore rebuilds the states of one partition from the changelog that
// real events have left, with the broker in the same process.
func BenchmarkRestore(b *testing.B) {
	client := broker(b, 1)
	pub := newPublisher(b, client, 1)
	publishRecorded(b, pub, b.N*10/7) // about as many states
	processBy(b, b.TempDir(), Options{Client: client})
	st, err := store.Open(b.TempDir(), store.Options{Cache: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	w := newWorker(New(Options{Client: client, Store: st}), st, 0, newPatience())
	b.ReportAllocs()
	b.ResetTimer()
	used := cpuTime(b)
	if err := w.restore(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	states, size := 0, 0
	err = st.Iterate(w.keys.space(spaceState), func(key, value []byte) error {
		if !schemas.IsBookkeeping(w.keys.cutState(key)) {
			states++
		}
		size += len(key) + len(value)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(states)/b.Elapsed().Seconds(), "states/s")
	b.ReportMetric(float64(size)/1e6/b.Elapsed().Seconds(), "MB/s")
	b.ReportMetric(float64((cpuTime(b)-used).Nanoseconds())/1000/float64(states), "cpu-µs/state")
}
