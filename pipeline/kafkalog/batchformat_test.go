package kafkalog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
)

// rawBatch makes a batch at base, claiming lastDelta, under the given producer.
func rawBatch(base int64, lastDelta int32, o origin, control bool, recs ...Record) []byte {
	var e encoder
	for _, r := range recs {
		e.add(r.Key, r.Value, r.Time)
	}
	b := e.seal(nil, o)[sizePrefix:]
	binary.BigEndian.PutUint64(b[posBaseOffset:], uint64(base))
	binary.BigEndian.PutUint32(b[posLastOffsetDelta:], uint32(lastDelta))
	if control {
		b[posAttributes+1] |= controlBatch
	}
	return checksummed(b)
}

func checksummed(b []byte) []byte {
	binary.BigEndian.PutUint32(b[posCRC:], crc32.Checksum(b[posAttributes:], castagnoli))
	return b
}

func marker(base, producer int64, kind byte) []byte {
	return rawBatch(base, 0, origin{producerID: producer, transactional: true}, true,
		Record{Key: []byte{0, 0, 0, kind}, Value: []byte{0, 0, 0, 0, 0, 1}})
}

// deliverAll runs an answer through a reader without a broker.
func deliverAll(t *testing.T, from int64, aborted []abortedTxn, batches ...[]byte) (got []string, r *Reader, err error) {
	t.Helper()
	c, err := Dial(Options{Brokers: []string{"127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	r = c.NewReader("log", 0, from)
	r.answer = fetchAnswer{records: slices.Concat(batches...), aborted: aborted}
	err = r.deliver(func(rec Record) error {
		got = append(got, text(rec))
		return nil
	})
	return got, r, err
}

// TestPositionPassesWhatHoldsNothing: batches whose last or all records were
// compacted away still move the reader on.
func TestPositionPassesWhatHoldsNothing(t *testing.T) {
	tail := rawBatch(10, 5, origin{}, false, records(0, 2)...) // 12–15 are gone
	empty := rawBatch(16, 3, origin{}, false)
	binary.BigEndian.PutUint32(empty[posLastOffsetDelta:], 3)
	checksummed(empty)
	got, r, err := deliverAll(t, 11, nil, tail, empty)
	if err != nil || !slices.Equal(got, []string{"k1=v1"}) || r.Position() != 20 {
		t.Errorf("got %v at %d, %v", got, r.Position(), err)
	}
}

func TestTrailingGapIsPassedOnlyAfterProof(t *testing.T) {
	_, r, _ := deliverAll(t, 11, nil)
	r.answer.lastStable = 20
	for i := range gapProof {
		if r.Position() != 11 {
			t.Fatalf("moved after %d answers", i)
		}
		r.skipTrailingGap()
	}
	if r.Position() != 20 {
		t.Errorf("still at %d", r.Position())
	}
	r.MoveTo(11)
	for i := range 10 * gapProof { // a throttled or full answer starts the proof anew
		r.answer.throttled = i%gapProof == gapProof-1
		r.skipTrailingGap()
	}
	if r.Position() != 11 {
		t.Errorf("moved to %d on no proof", r.Position())
	}
}

// TestAbortedAreHiddenPerProducer interleaves three producers; 1 aborts twice with
// a commit between, 2 commits, 3 writes without transactions.
func TestAbortedAreHiddenPerProducer(t *testing.T) {
	tx := func(base, producer int64) []byte {
		return rawBatch(base, 0, origin{producerID: producer, transactional: true}, false, records(int(base), 1)...)
	}
	batches := [][]byte{
		tx(0, 1), tx(1, 2), tx(2, 1), marker(3, 1, 0), // aborted: 0, 2
		tx(4, 1), marker(5, 1, 1), // committed: 4
		tx(6, 1), rawBatch(7, 0, origin{producerID: 3}, false, records(7, 1)...), marker(8, 1, 0), // aborted: 6
		marker(9, 2, 1),
	}
	aborted := []abortedTxn{{producerID: 1, first: 6}, {producerID: 1, first: 0}} // in no order
	got, r, err := deliverAll(t, 0, slices.Clone(aborted), batches...)
	if want := []string{"k1=v1", "k4=v4", "k7=v7"}; err != nil || !slices.Equal(got, want) || r.Position() != 10 {
		t.Errorf("got %v at %d, %v", got, r.Position(), err)
	}
	got, _, err = deliverAll(t, 2, slices.Clone(aborted), batches[2:]...) // from the midst of a transaction
	if want := []string{"k4=v4", "k7=v7"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestDamageIsAnErrorThatKeepsThePosition(t *testing.T) {
	whole := rawBatch(0, 1, origin{}, false, records(0, 2)...)
	next := rawBatch(2, 1, origin{}, false, records(2, 2)...)
	spoil := func(change func(b []byte)) []byte {
		b := bytes.Clone(next)
		change(b)
		return b
	}
	for name, bad := range map[string][]byte{
		"checksum":   spoil(func(b []byte) { b[len(b)-1]++ }),
		"old format": spoil(func(b []byte) { b[posMagic] = 1 }),
		"length":     spoil(func(b []byte) { binary.BigEndian.PutUint32(b[posLength:], 3) }),
		"count": spoil(func(b []byte) {
			binary.BigEndian.PutUint32(b[posCount:], 1<<30)
			checksummed(b)
		}),
		"fewer records": spoil(func(b []byte) {
			binary.BigEndian.PutUint32(b[posCount:], 1)
			checksummed(b)
		}),
		"codec": spoil(func(b []byte) {
			b[posAttributes+1] = 7
			checksummed(b)
		}),
		"marker": rawBatch(2, 0, origin{transactional: true}, true, Record{Key: []byte("x")}),
	} {
		got, r, err := deliverAll(t, 0, nil, whole, bad)
		if !errors.Is(err, ErrCorrupt) || r.Position() != 2 || len(got) < 2 {
			t.Errorf("%s: %v, at %d, %v", name, err, r.Position(), got)
		}
	}
	for n := 1; n < len(next); n += 7 { // cut off: fine behind a whole batch, not alone
		if _, r, err := deliverAll(t, 0, nil, whole, next[:n]); err != nil || r.Position() != 2 {
			t.Fatalf("cut at %d: %v, at %d", n, err, r.Position())
		}
		if _, _, err := deliverAll(t, 0, nil, next[:n]); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("only %d bytes: %v", n, err)
		}
	}
}

// TestForeignCompression reads what other producers may write.
func TestForeignCompression(t *testing.T) {
	plain := rawBatch(0, 4, origin{}, false, records(0, 5)...)
	h, body, _, _, err := splitBatch(plain)
	if err != nil {
		t.Fatal(err)
	}
	var unpack decompressor
	if body, err = unpack.decode(&h, body); err != nil {
		t.Fatal(err)
	}
	body = bytes.Clone(body)
	for _, kind := range []compress.Compression{compress.Gzip, compress.Snappy, compress.Lz4, compress.Zstd} {
		var packed bytes.Buffer
		w := kind.Codec().NewWriter(&packed)
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b := slices.Concat(plain[:batchHeaderSize], packed.Bytes())
		binary.BigEndian.PutUint32(b[posLength:], uint32(len(b)-lengthEnd))
		b[posAttributes+1] = byte(kind)
		got, _, err := deliverAll(t, 0, nil, checksummed(b))
		if err != nil || !slices.Equal(got, texts(records(0, 5))) {
			t.Errorf("%v: %v, %v", kind, got, err)
		}
	}
}

// TestRecordsStayValidUntilNextFetch keeps records of several batches past the
// function that got them.
func TestRecordsStayValidUntilNextFetch(t *testing.T) {
	var batches [][]byte
	for i := range 5 {
		value := bytes.Repeat([]byte{byte('a' + i)}, 1000*(i+1))
		batches = append(batches, rawBatch(int64(i), 0, origin{}, false, Record{Value: value}))
	}
	_, r, err := deliverAll(t, 0, nil, batches...)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // with new buffers, and with used ones
		var kept []Record
		r.MoveTo(0)
		if err := r.deliver(func(rec Record) error {
			kept = append(kept, rec)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i, rec := range kept {
			if want := bytes.Repeat([]byte{byte('a' + i)}, 1000*(i+1)); !bytes.Equal(rec.Value, want) {
				t.Errorf("record %d became %.10q…", i, rec.Value)
			}
		}
	}
}

// TestAnswerThatUnpacksTooLargeIsReadInParts bounds memory, not progress.
func TestAnswerThatUnpacksTooLargeIsReadInParts(t *testing.T) {
	batch := rawBatch(0, 0, origin{}, false, Record{Value: make([]byte, maxBody/2+1)})
	_, r, err := deliverAll(t, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		binary.BigEndian.PutUint64(batch[posBaseOffset:], uint64(i)) // outside the checksum
		r.answer.records = append(r.answer.records, batch...)
	}
	n := 0
	err = r.deliver(func(Record) error {
		n++
		return nil
	})
	if err != nil || n != 2 || r.Position() != 2 {
		t.Errorf("%d records, at %d, %v", n, r.Position(), err)
	}
}

func TestAnswersPreferTheCause(t *testing.T) {
	var a answers
	if a.result() == nil {
		t.Error("no answer is no error")
	}
	for _, err := range []error{nil, notAttempted, kafka.UnknownTopicOrPartition, notAttempted} {
		a.add(err)
	}
	if !errors.Is(a.result(), kafka.UnknownTopicOrPartition) {
		t.Errorf("got %v", a.result())
	}
}
