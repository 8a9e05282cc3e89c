package kafkalog

import (
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// benchRecords are about as large and as alike as mail events.
func benchRecords(n int) []Record {
	list := make([]Record, n)
	for i := range list {
		list[i] = Record{
			Time: int64(1_780_000_000_000 + i), Key: fmt.Appendf(nil, "202611.%08d@mx.example.org", i),
			Value: fmt.Appendf(nil, "%0300d postfix/smtp to=<user%d@example.net> status=sent", i*7919, i),
		}
	}
	return list
}

func BenchmarkEncode(b *testing.B) {
	recs := benchRecords(1000)
	var e encoder
	var buf []byte
	b.ReportAllocs()
	b.SetBytes(int64(maxRecordSize(recs[0].Key, recs[0].Value)))
	for i := 0; b.Loop(); i++ {
		r := &recs[i%len(recs)]
		if !e.fits(r.Key, r.Value, defaultBatchBytes) {
			buf = e.seal(buf[:0], origin{producerID: 1})
			e.reset()
		}
		e.add(r.Key, r.Value, r.Time)
	}
}

func BenchmarkDecode(b *testing.B) {
	var e encoder
	for _, r := range benchRecords(2500) {
		e.add(r.Key, r.Value, r.Time)
	}
	sealed := e.seal(nil, origin{})
	var unpack decompressor
	n := 0
	b.ReportAllocs()
	for n < b.N {
		unpack.reset()
		h, body, _, _, err := splitBatch(sealed[sizePrefix:])
		if err != nil {
			b.Fatal(err)
		}
		if body, err = unpack.decode(&h, body); err != nil {
			b.Fatal(err)
		}
		if err := decodeRecords(&h, body, 0, func(Record) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPublish and BenchmarkFetch count the broker in this process, too.
func BenchmarkPublish(b *testing.B) {
	cluster := startCluster(b, kfake.SeedTopics(1, "log"), kfake.BlackholeProduce())
	pub := cluster.dial(b).NewPublisher()
	recs := benchRecords(2500)
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(recs) {
		if err := pub.Publish(b.Context(), "log", 0, recs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFetch(b *testing.B) {
	var e encoder
	for _, r := range benchRecords(2500) {
		e.add(r.Key, r.Value, r.Time)
	}
	batch := e.seal(nil, origin{producerID: noProducer, epoch: noProducer, sequence: noProducer})[sizePrefix:]
	cluster := startCluster(b, kfake.SeedTopics(1, "log"), kfake.SyntheticFetch(kfake.SyntheticBatch{Batch: batch}))
	r := cluster.dial(b).NewReader("log", 0, 0)
	n := 0
	b.ReportAllocs()
	for n < b.N {
		if _, err := r.Fetch(b.Context(), time.Second, 1<<20, func(Record) error { n++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTransaction(b *testing.B) {
	cluster := startCluster(b, kfake.SeedTopics(1, "log"))
	p := cluster.dial(b).NewProducer("p", time.Minute)
	if err := p.Init(b.Context()); err != nil {
		b.Fatal(err)
	}
	recs := benchRecords(2500)
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(recs) {
		if err := p.Begin(); err != nil {
			b.Fatal(err)
		}
		for i := range recs {
			if err := p.Append("log", 0, recs[i].Key, recs[i].Value, recs[i].Time); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := p.Commit(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
	}
}
