package kafkalog

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A record batch of version 2, as brokers store and send it. All integers are
// big-endian; positions are those of the fields in the header.
const (
	posBaseOffset      = 0
	posLength          = 8 // of everything behind it
	posLeaderEpoch     = 12
	posMagic           = 16
	posCRC             = 17 // Castagnoli, of everything behind it
	posAttributes      = 21
	posLastOffsetDelta = 23
	posBaseTime        = 27
	posMaxTime         = 35
	posProducerID      = 43
	posProducerEpoch   = 51
	posBaseSequence    = 53
	posCount           = 57
	batchHeaderSize    = 61

	// lengthEnd is where the bytes counted by the length field begin.
	lengthEnd = posLeaderEpoch

	magicV2 = 2
)

// Bits of the attributes.
const (
	codecMask      = 0x07
	logAppendTime  = 0x08
	transactional  = 0x10
	controlBatch   = 0x20
	codecNone      = 0
	codecSnappy    = 2
	maxRecordExtra = 5 + 1 + 10 + 5 + 5 + 5 + 1 // varints around key and value at their longest
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// batchHeader is the part of a batch's header that readers need.
type batchHeader struct {
	baseOffset int64
	lastOffset int64
	attributes uint16
	baseTime   int64
	maxTime    int64
	producerID int64
	count      int32
}

func (h *batchHeader) isControl() bool       { return h.attributes&controlBatch != 0 }
func (h *batchHeader) isTransactional() bool { return h.attributes&transactional != 0 }

// splitBatch cuts the first batch off data and checks its header and checksum.
// ok is false when the rest is only the beginning of a batch, which is how
// brokers may end an answer.
func splitBatch(data []byte) (h batchHeader, body, rest []byte, ok bool, err error) {
	if len(data) < posMagic+1 {
		return h, nil, nil, false, nil
	}
	length := int64(binary.BigEndian.Uint32(data[posLength:]))
	if magic := data[posMagic]; magic != magicV2 {
		return h, nil, nil, false, fmt.Errorf("%w: format version %d, want 2", ErrCorrupt, magic)
	}
	if length < batchHeaderSize-lengthEnd || length > maxFetchResponse {
		return h, nil, nil, false, fmt.Errorf("%w: length %d", ErrCorrupt, length)
	}
	if int64(len(data)) < lengthEnd+length {
		return h, nil, nil, false, nil
	}
	batch := data[:lengthEnd+length]
	if got, want := crc32.Checksum(batch[posAttributes:], castagnoli), binary.BigEndian.Uint32(batch[posCRC:]); got != want {
		return h, nil, nil, false, fmt.Errorf("%w: checksum %08x, computed %08x", ErrCorrupt, want, got)
	}
	if h, err = parseHeader(batch); err != nil {
		return h, nil, nil, false, err
	}
	return h, batch[batchHeaderSize:], data[len(batch):], true, nil
}

func parseHeader(b []byte) (batchHeader, error) {
	h := batchHeader{
		baseOffset: int64(binary.BigEndian.Uint64(b[posBaseOffset:])),
		attributes: binary.BigEndian.Uint16(b[posAttributes:]),
		baseTime:   int64(binary.BigEndian.Uint64(b[posBaseTime:])),
		maxTime:    int64(binary.BigEndian.Uint64(b[posMaxTime:])),
		producerID: int64(binary.BigEndian.Uint64(b[posProducerID:])),
		count:      int32(binary.BigEndian.Uint32(b[posCount:])),
	}
	delta := int32(binary.BigEndian.Uint32(b[posLastOffsetDelta:]))
	if delta < 0 || h.baseOffset < 0 || h.baseOffset > h.baseOffset+int64(delta) {
		return h, fmt.Errorf("%w: base offset %d, last offset delta %d", ErrCorrupt, h.baseOffset, delta)
	}
	if h.count < 0 || int64(h.count) > int64(delta)+1 {
		return h, fmt.Errorf("%w: %d records in %d offsets", ErrCorrupt, h.count, int64(delta)+1)
	}
	h.lastOffset = h.baseOffset + int64(delta)
	return h, nil
}
