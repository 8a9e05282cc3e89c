package kafkalog

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// sizePrefix is the length of the record set, which RawProduce wants in front of it.
const sizePrefix = 4

// encoder collects records and makes one batch of them. Its buffers grow to the
// largest batch and are used again; appending and sealing allocate nothing then.
type encoder struct {
	body     []byte
	count    int32
	baseTime int64
	maxTime  int64
}

// origin is what a broker recognises a producer's batch by. The zero epoch and
// sequence of a producer are valid; no producer is ID -1.
type origin struct {
	producerID    int64
	epoch         int16
	sequence      int32
	transactional bool
}

func (e *encoder) reset() { *e = encoder{body: e.body[:0]} }

// fits says whether the record can join the batch without exceeding the limit.
// The first record always fits: what is too large alone is refused elsewhere.
func (e *encoder) fits(key, value []byte, limit int) bool {
	return e.count == 0 || len(e.body)+maxRecordSize(key, value) <= limit-batchHeaderSize
}

func maxRecordSize(key, value []byte) int { return len(key) + len(value) + maxRecordExtra }

// add appends a record. A nil key and a nil value differ from empty ones.
func (e *encoder) add(key, value []byte, timeMs int64) {
	if e.count == 0 {
		e.baseTime, e.maxTime = timeMs, timeMs
	}
	e.maxTime = max(e.maxTime, timeMs)
	timeDelta, offsetDelta := timeMs-e.baseTime, int64(e.count)

	size := 1 + varintLen(timeDelta) + varintLen(offsetDelta) + sizeOfBytes(key) + sizeOfBytes(value) + 1
	b := binary.AppendVarint(e.body, int64(size))
	b = append(b, 0) // attributes, unused
	b = binary.AppendVarint(b, timeDelta)
	b = binary.AppendVarint(b, offsetDelta)
	b = appendBytes(b, key)
	b = appendBytes(b, value)
	e.body = append(b, 0) // no headers
	e.count++
}

// seal appends the batch to dst, behind its size. Compression that does not pay
// is left out.
func (e *encoder) seal(dst []byte, o origin) []byte {
	start := len(dst)
	dst = grow(dst, sizePrefix+batchHeaderSize+s2.MaxEncodedLen(len(e.body)))
	batch := dst[start+sizePrefix:]
	codec := uint16(codecSnappy)
	packed := s2.EncodeSnappy(batch[batchHeaderSize:], e.body)
	n := len(packed)
	if n >= len(e.body) {
		codec, n = codecNone, copy(batch[batchHeaderSize:], e.body)
	}
	batch = batch[:batchHeaderSize+n]
	e.putHeader(batch, codec, o)
	binary.BigEndian.PutUint32(dst[start:], uint32(len(batch)))
	return dst[:start+sizePrefix+len(batch)]
}

func (e *encoder) putHeader(b []byte, codec uint16, o origin) {
	if o.transactional {
		codec |= transactional
	}
	be := binary.BigEndian
	be.PutUint64(b[posBaseOffset:], 0) // the broker's to give
	be.PutUint32(b[posLength:], uint32(len(b)-lengthEnd))
	be.PutUint32(b[posLeaderEpoch:], ^uint32(0))
	b[posMagic] = magicV2
	be.PutUint16(b[posAttributes:], codec)
	be.PutUint32(b[posLastOffsetDelta:], uint32(e.count-1))
	be.PutUint64(b[posBaseTime:], uint64(e.baseTime))
	be.PutUint64(b[posMaxTime:], uint64(e.maxTime))
	be.PutUint64(b[posProducerID:], uint64(o.producerID))
	be.PutUint16(b[posProducerEpoch:], uint16(o.epoch))
	be.PutUint32(b[posBaseSequence:], uint32(o.sequence))
	be.PutUint32(b[posCount:], uint32(e.count))
	be.PutUint32(b[posCRC:], crc32.Checksum(b[posAttributes:], castagnoli))
}

// grow lengthens b by n bytes of any content.
func grow(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		b = append(make([]byte, 0, len(b)+n), b...)
	}
	return b[:len(b)+n]
}

func appendBytes(b, v []byte) []byte {
	if v == nil {
		return binary.AppendVarint(b, -1)
	}
	return append(binary.AppendVarint(b, int64(len(v))), v...)
}

func sizeOfBytes(v []byte) int {
	if v == nil {
		return 1
	}
	return varintLen(int64(len(v))) + len(v)
}

func varintLen(v int64) int {
	n := 1
	for u := uint64(v<<1) ^ uint64(v>>63); u >= 0x80; u >>= 7 {
		n++
	}
	return n
}
