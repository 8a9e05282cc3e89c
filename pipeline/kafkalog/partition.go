package kafkalog

import "encoding/binary"

// TopicPartition names one partition.
type TopicPartition struct {
	Topic     string
	Partition int
}

// Positions maps partitions to offsets: the next one to read, or to be written.
type Positions map[TopicPartition]int64

// Partition returns which of n partitions a key belongs to, as Kafka's Java
// client does: Murmur2, made positive, modulo n.
func Partition(key []byte, n int) int {
	if n <= 1 {
		return 0
	}
	return int(murmur2(key)&0x7fffffff) % n
}

// murmur2 is Austin Appleby's public hash with the seed that Kafka uses.
func murmur2(data []byte) uint32 {
	const (
		seed  = 0x9747b28c
		mix   = 0x5bd1e995
		shift = 24
	)
	h := uint32(seed) ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * mix
		k ^= k >> shift
		h = h*mix ^ k*mix
	}
	if len(data) > 0 {
		for i, b := range data {
			h ^= uint32(b) << (8 * i)
		}
		h *= mix
	}
	h ^= h >> 13
	h *= mix
	return h ^ h>>15
}
