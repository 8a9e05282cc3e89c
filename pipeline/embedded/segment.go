package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The broker keeps a partition as segments: N.dat holds record batches as they
// travel, N.idx a fixed entry for each, N being the first batch's offset.
const (
	batchHead   = 61 // a batch's fixed fields, magic 2
	batchPrefix = 12 // base offset and length, which the length leaves out
	crcFrom     = 21 // what the checksum covers starts here
	indexEntry  = 15

	attrTransactional = 0x10
	attrControl       = 0x20
)

// batchInfo is what repair needs to know of a record batch.
type batchInfo struct {
	base, last int64 // offsets
	pid        int64
	epoch      int16
	attributes int16
	size       int
}

func (b batchInfo) control() bool       { return b.attributes&attrControl != 0 }
func (b batchInfo) transactional() bool { return b.attributes&attrTransactional != 0 }

// Reasons for which bytes are no batch.
var (
	errTorn    = errors.New("it ends in the middle of a record batch")
	errDamaged = errors.New("a record batch is damaged")
)

// readBatch reads the batch that b begins with.
func readBatch(b []byte) (batchInfo, error) {
	if len(b) < batchHead {
		return batchInfo{}, errTorn
	}
	length := int64(int32(binary.BigEndian.Uint32(b[8:])))
	if length < batchHead-batchPrefix {
		return batchInfo{}, errDamaged
	}
	size := length + batchPrefix
	if size > int64(len(b)) {
		return batchInfo{}, errTorn
	}
	if crc32.Checksum(b[crcFrom:size], castagnoli) != binary.BigEndian.Uint32(b[17:]) {
		return batchInfo{}, errDamaged
	}
	base := int64(binary.BigEndian.Uint64(b))
	return batchInfo{
		base:       base,
		last:       base + int64(int32(binary.BigEndian.Uint32(b[23:]))),
		pid:        int64(binary.BigEndian.Uint64(b[43:])),
		epoch:      int16(binary.BigEndian.Uint16(b[51:])),
		attributes: int16(binary.BigEndian.Uint16(b[21:])),
		size:       int(size),
	}, nil
}

// segmentScan is what one segment file holds.
type segmentScan struct {
	good    int   // bytes of whole batches
	batches int   // how many
	lastLen int   // bytes of the last one
	end     int64 // the offset after the last one; -1 when there is none
	err     error // why the rest is no batch; nil when there is no rest
	final   bool  // nothing follows the bytes that err is about
}

// scanSegment calls each with every whole batch.
func scanSegment(data []byte, each func(batchInfo)) segmentScan {
	s := segmentScan{end: -1}
	for s.good < len(data) {
		b, err := readBatch(data[s.good:])
		if err != nil {
			s.err, s.final = err, errors.Is(err, errTorn) || endsHere(data[s.good:])
			return s
		}
		if b.base < s.end || b.last < b.base { // the checksum leaves the base offset out
			s.err = errDamaged
			return s
		}
		each(b)
		s.good += b.size
		s.batches++
		s.lastLen = b.size
		s.end = b.last + 1
	}
	return s
}

// endsHere reports whether a damaged batch claims all that is left.
func endsHere(b []byte) bool {
	return int64(int32(binary.BigEndian.Uint32(b[8:])))+batchPrefix == int64(len(b))
}

// segments lists a partition's segments, oldest first.
func segments(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	var bases []int64
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".dat")
		if !ok {
			continue
		}
		if base, err := strconv.ParseInt(name, 10, 64); err == nil {
			bases = append(bases, base)
		}
	}
	slices.Sort(bases)
	paths := make([]string, len(bases))
	for i, base := range bases {
		paths[i] = filepath.Join(dir, strconv.FormatInt(base, 10)+".dat")
	}
	return paths, nil
}

// indexPath is the index of a segment.
func indexPath(segment string) string { return strings.TrimSuffix(segment, ".dat") + ".idx" }
