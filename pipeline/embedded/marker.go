package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// endTransactions appends the markers that the open transactions lack.
func endTransactions(segment string, end int64, open openTxns, last intent) error {
	index, err := os.OpenFile(indexPath(segment), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open index: %w", err)
	}
	defer index.Close()
	data, err := os.OpenFile(segment, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open segment: %w", err)
	}
	defer data.Close()
	leader, err := leaderEpoch(index)
	if err != nil {
		return err
	}
	for _, pid := range slices.Sorted(maps.Keys(open)) {
		m := marker{offset: end, pid: pid, epoch: open[pid], leader: leader, at: time.Now().UnixMilli()}
		m.commit = last.set && last.commit && last.pid == pid && last.epoch == m.epoch
		if _, err := data.Write(m.batch()); err != nil {
			return fmt.Errorf("end transaction: %w", err)
		}
		entry := m.indexEntry()
		if _, err := index.Write(entry[:]); err != nil {
			return fmt.Errorf("end transaction: %w", err)
		}
		end++
	}
	return errors.Join(data.Sync(), index.Sync())
}

// leaderEpoch reads the newest entry's and leaves the file at its end.
func leaderEpoch(index *os.File) (uint32, error) {
	size, err := index.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, fmt.Errorf("read index: %w", err)
	}
	if size < indexEntry {
		return 0, nil
	}
	var b [indexEntry]byte
	if _, err := index.ReadAt(b[:], size-indexEntry); err != nil {
		return 0, fmt.Errorf("read index: %w", err)
	}
	return binary.LittleEndian.Uint32(b[2:]), nil
}

// marker is the record that ends a transaction on one partition.
type marker struct {
	offset int64
	pid    int64
	epoch  int16
	leader uint32
	commit bool
	at     int64 // ms
}

// batch is the marker as Kafka's format has it: a control batch of one record.
func (m marker) batch() []byte {
	key := kmsg.ControlRecordKey{Type: kmsg.ControlRecordKeyTypeAbort}
	if m.commit {
		key.Type = kmsg.ControlRecordKeyTypeCommit
	}
	value := kmsg.EndTxnMarker{}
	rec := kmsg.Record{Key: key.AppendTo(nil), Value: value.AppendTo(nil)}
	rec.Length = int32(len(rec.AppendTo(nil)) - 1) // its own varint is one byte
	b := (&kmsg.RecordBatch{
		FirstOffset:          m.offset,
		PartitionLeaderEpoch: int32(m.leader),
		Magic:                2,
		Attributes:           attrControl | attrTransactional,
		FirstTimestamp:       m.at,
		MaxTimestamp:         m.at,
		ProducerID:           m.pid,
		ProducerEpoch:        m.epoch,
		FirstSequence:        -1,
		NumRecords:           1,
		Records:              rec.AppendTo(nil),
	}).AppendTo(nil)
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-batchPrefix))
	binary.BigEndian.PutUint32(b[17:], crc32.Checksum(b[crcFrom:], castagnoli))
	return b
}

// indexEntry is [version, checksum, leader epoch 4, newest time 8, in a
// transaction], as the broker writes it.
func (m marker) indexEntry() (b [indexEntry]byte) {
	b[0] = 1
	binary.LittleEndian.PutUint32(b[2:], m.leader)
	binary.LittleEndian.PutUint64(b[6:], uint64(m.at))
	b[1] = byte(crc32.Checksum(b[2:], castagnoli))
	return b
}
