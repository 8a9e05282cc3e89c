package kafkalog

import (
	"encoding/binary"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// fetchAnswer is a parsed answer; records points into the call's buffer.
type fetchAnswer struct {
	code                                kafka.Error
	highWatermark, lastStable, logStart int64
	aborted                             []abortedTxn
	records                             []byte
	throttled                           bool
}

// abortedTxn says that the producer's batches from first on, up to its next
// abort marker, never happened.
type abortedTxn struct{ producerID, first int64 }

// parse reads the answer of one partition. aborted is kept for its memory.
func (a *fetchAnswer) parse(b []byte) error {
	*a = fetchAnswer{aborted: a.aborted[:0]}
	r := wire{b: b}
	a.throttled = r.int32() > 0
	if code := kafka.Error(r.int16()); code != 0 && !r.bad {
		a.code = code
		return nil
	}
	r.int32() // session id
	if topics := r.int32(); topics == 0 && a.throttled && !r.bad {
		return nil // a client above its quota gets nothing at all
	}
	r.take(int(r.int16())) // topic
	r.int32()              // partitions
	r.int32()              // partition
	a.code = kafka.Error(r.int16())
	a.highWatermark, a.lastStable, a.logStart = r.int64(), r.int64(), r.int64()
	for n := r.int32(); n > 0 && !r.bad; n-- {
		a.aborted = append(a.aborted, abortedTxn{producerID: r.int64(), first: r.int64()})
	}
	r.int32() // preferred read replica
	if n := r.int32(); n > 0 {
		a.records = r.take(int(n))
	}
	if r.bad {
		return fmt.Errorf("%w: fetch answer of %d bytes ends early", ErrCorrupt, len(b))
	}
	return nil
}

// wire reads the protocol's fixed-size integers. After its first failure it stays failed.
type wire struct {
	b   []byte
	bad bool
}

func (w *wire) take(n int) []byte {
	if n < 0 || n > len(w.b) {
		w.b, w.bad = nil, true
		return nil
	}
	v := w.b[:n]
	w.b = w.b[n:]
	return v
}

func (w *wire) int16() int16 {
	if v := w.take(2); v != nil {
		return int16(binary.BigEndian.Uint16(v))
	}
	return 0
}

func (w *wire) int32() int32 {
	if v := w.take(4); v != nil {
		return int32(binary.BigEndian.Uint32(v))
	}
	return 0
}

func (w *wire) int64() int64 {
	if v := w.take(8); v != nil {
		return int64(binary.BigEndian.Uint64(v))
	}
	return 0
}
