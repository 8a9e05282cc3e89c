package kafkalog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go/protocol"
)

// decodeBatch reads a sealed batch back with our own decoder.
func decodeBatch(sealed []byte) ([]Record, error) {
	h, body, rest, ok, err := splitBatch(sealed[sizePrefix:])
	if err != nil || !ok || len(rest) != 0 {
		return nil, fmt.Errorf("split: ok %v, rest %d: %w", ok, len(rest), err)
	}
	var unpack decompressor
	if body, err = unpack.decode(&h, body); err != nil {
		return nil, err
	}
	var got []Record
	err = decodeRecords(&h, body, 0, func(r Record) error {
		got = append(got, cloneRecord(r))
		return nil
	})
	return got, err
}

func cloneRecord(r Record) Record {
	r.Key, r.Value = bytes.Clone(r.Key), bytes.Clone(r.Value)
	return r
}

// decodeWithKafkaGo reads a sealed batch with kafka-go's decoder.
func decodeWithKafkaGo(sealed []byte) ([]Record, error) {
	var set protocol.RecordSet
	if _, err := set.ReadFrom(bytes.NewBuffer(sealed)); err != nil {
		return nil, err
	}
	var got []Record
	for {
		r, err := set.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return nil, err
		}
		rec := Record{Offset: r.Offset, Time: r.Time.UnixMilli()}
		if rec.Key, err = protocol.ReadAll(r.Key); err != nil {
			return nil, err
		}
		if rec.Value, err = protocol.ReadAll(r.Value); err != nil {
			return nil, err
		}
		got = append(got, rec)
	}
}

func TestEncoderIsReadByBothDecoders(t *testing.T) {
	cases := map[string][]Record{
		"one":          {{Time: 5, Key: []byte("k"), Value: []byte("v")}},
		"tombstone":    {{Time: 5, Key: []byte("k")}},
		"no key":       {{Time: 5, Value: []byte("v")}},
		"time backs":   {{Time: 500, Key: []byte("a"), Value: []byte("1")}, {Offset: 1, Time: 3, Key: []byte("b"), Value: []byte("2")}},
		"compressible": {{Time: 1, Key: []byte("k"), Value: bytes.Repeat([]byte("abcd"), 50_000)}},
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			var e encoder
			for _, r := range want {
				e.add(r.Key, r.Value, r.Time)
			}
			sealed := e.seal(nil, origin{producerID: 7, epoch: 2, sequence: 9, transactional: true})
			for _, decode := range []func([]byte) ([]Record, error){decodeBatch, decodeWithKafkaGo} {
				got, err := decode(sealed)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestEncoderIsDeterministic guards resends: the same records are the same bytes.
func TestEncoderIsDeterministic(t *testing.T) {
	build := func(e *encoder) []byte {
		e.reset()
		for _, r := range records(0, 500) {
			e.add(r.Key, r.Value, r.Time)
		}
		return e.seal(nil, origin{producerID: 1})
	}
	var used encoder
	used.add([]byte("other"), bytes.Repeat([]byte("x"), 9999), 77)
	if !bytes.Equal(build(&encoder{}), build(&used)) {
		t.Error("an encoder that was used before makes other bytes")
	}
}

func TestEncoderFits(t *testing.T) {
	var e encoder
	big := make([]byte, 2000)
	if !e.fits(nil, big, 1000) {
		t.Error("the first record must always fit")
	}
	e.add(nil, big[:500], 1)
	if e.fits(nil, big[:500], 1000) || !e.fits(nil, big[:300], 1000) {
		t.Error("fits is wrong about the limit")
	}
}

// TestBatchStaysUnderLimit fills batches with what does not compress.
func TestBatchStaysUnderLimit(t *testing.T) {
	const limit = 10_000
	var e encoder
	seed := uint32(1)
	for i := range 3000 {
		value := make([]byte, i%700)
		for j := range value {
			seed = seed*1664525 + 1013904223
			value[j] = byte(seed >> 24)
		}
		if !e.fits(value[:len(value)/3], value, limit) {
			if n := len(e.seal(nil, origin{})) - sizePrefix; n > limit {
				t.Fatalf("batch of %d bytes", n)
			}
			e.reset()
		}
		e.add(value[:len(value)/3], value, int64(i))
	}
}

func TestEncoderAllocatesNothing(t *testing.T) {
	recs := records(0, 1000)
	var e encoder
	var buf []byte
	run := func() {
		e.reset()
		for i := range recs {
			e.add(recs[i].Key, recs[i].Value, recs[i].Time)
		}
		buf = e.seal(buf[:0], origin{producerID: 1})
	}
	run()
	if n := testing.AllocsPerRun(50, run); n != 0 {
		t.Errorf("%v allocations for 1000 records", n)
	}
}

// FuzzRoundTrip checks that what is encoded is what is decoded, by us and by kafka-go.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("key"), []byte("value"), int64(1), int64(2), uint8(3))
	f.Add([]byte{}, []byte{}, int64(-5), int64(1<<40), uint8(200))
	f.Fuzz(func(t *testing.T, key, value []byte, t1, t2 int64, n uint8) {
		const maxTime = 1 << 50 // year 37,000; kafka-go counts in nanoseconds beyond int64
		t1, t2 = t1%maxTime, t2%maxTime
		var want []Record
		var e encoder
		for i := range int64(n%50) + 1 {
			r := Record{Offset: i, Time: t1, Key: key, Value: value}
			if i%2 == 1 {
				r.Time, r.Value = t2, nil
			}
			want = append(want, r)
			e.add(r.Key, r.Value, r.Time)
		}
		sealed := e.seal(nil, origin{producerID: t1, epoch: 1, sequence: int32(t2)})
		got, err := decodeBatch(sealed)
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b Record) bool {
			return a.Offset == b.Offset && a.Time == b.Time && bytes.Equal(a.Key, b.Key) &&
				bytes.Equal(a.Value, b.Value) && (a.Key == nil) == (b.Key == nil) && (a.Value == nil) == (b.Value == nil)
		}
		if !slices.EqualFunc(want, got, same) {
			t.Fatalf("want %v, got %v", want, got)
		}
		if other, err := decodeWithKafkaGo(sealed); err != nil || len(other) != len(want) {
			t.Fatalf("kafka-go read %d of %d: %v", len(other), len(want), err)
		}
	})
}

// FuzzDecode feeds the decoder bytes with a right checksum: it must not panic,
// hand out offsets outside the batch, or loop.
func FuzzDecode(f *testing.F) {
	var e encoder
	for _, r := range records(0, 3) {
		e.add(r.Key, r.Value, r.Time)
	}
	f.Add(e.seal(nil, origin{})[sizePrefix:])
	f.Add(bytes.Repeat([]byte{0xff}, 100))
	f.Add(make([]byte, 61))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) >= batchHeaderSize {
			data[posMagic] = magicV2
			binary.BigEndian.PutUint32(data[posLength:], uint32(len(data)-lengthEnd))
			binary.BigEndian.PutUint32(data[posCRC:], crc32.Checksum(data[posAttributes:], castagnoli))
		}
		h, body, _, ok, err := splitBatch(data)
		if err != nil || !ok {
			return
		}
		if h.isControl() {
			_, _ = isAbortMarker(&h, body)
		}
		var unpack decompressor
		if body, err = unpack.decode(&h, body); err != nil {
			return
		}
		_ = decodeRecords(&h, body, 0, func(r Record) error {
			if r.Offset < h.baseOffset || r.Offset > h.lastOffset {
				t.Fatalf("offset %d outside %d–%d", r.Offset, h.baseOffset, h.lastOffset)
			}
			return nil
		})
	})
}

func FuzzFetchAnswer(f *testing.F) {
	f.Add(make([]byte, 60))
	f.Add([]byte{0, 0, 0, 0, 0, 1})
	f.Fuzz(func(_ *testing.T, data []byte) {
		var a fetchAnswer
		_ = a.parse(data)
	})
}
