package kafkalog

import (
	"testing"

	"github.com/segmentio/kafka-go"
)

// TestMurmur2 holds our hash against the vectors of the Java client's own test.
func TestMurmur2(t *testing.T) {
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", key, got, want)
		}
	}
}

func FuzzPartition(f *testing.F) {
	f.Add([]byte("a@b"), 8)
	f.Add([]byte{}, 3)
	f.Add([]byte{0xff, 0xfe, 0xfd}, 7)
	f.Fuzz(func(t *testing.T, key []byte, n int) {
		got := Partition(key, n)
		if n <= 1 {
			if got != 0 {
				t.Fatalf("partition %d of %d", got, n)
			}
			return
		}
		n = n%1000 + 1
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		want := kafka.Murmur2Balancer{Consistent: true}.Balance(kafka.Message{Key: key}, all...)
		if got := Partition(key, n); got != want {
			t.Fatalf("Partition(%q, %d) = %d, want %d", key, n, got, want)
		}
	})
}
