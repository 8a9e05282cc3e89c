package kafkalog

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	benchPartitions = 8
	benchBatch      = 2500
)

// BenchmarkBroker counts the broker on the same cores, too: 8 partitions, one
// goroutine each, batches that fill a request, every replica's acknowledgement.
func BenchmarkBroker(b *testing.B) {
	onBoth(b, func(b *testing.B, cluster *testCluster) {
		log := cluster.topic(b, benchPartitions, nil)
		c := cluster.dial(b)
		recs := benchRecords(benchBatch)
		b.Run("Publish", func(b *testing.B) {
			pub := c.NewPublisher()
			spread(b, func(partition int) (int, error) {
				return len(recs), pub.Publish(b.Context(), log, partition, recs)
			})
		})
		b.Run("Fetch", func(b *testing.B) {
			var readers [benchPartitions]*Reader
			for i := range readers {
				readers[i] = c.NewReader(log, i, 0)
			}
			spread(b, func(partition int) (int, error) {
				p, err := readers[partition].Fetch(b.Context(), time.Second, 1<<20, func(Record) error { return nil })
				if p.Position == p.LastStable {
					readers[partition].MoveTo(0)
				}
				return p.Records, err
			})
		})
		b.Run("Transaction", func(b *testing.B) {
			var producers [benchPartitions]*Producer
			for i := range producers {
				producers[i] = c.NewProducer(fmt.Sprint(log, i), time.Minute)
				if err := producers[i].Init(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			spread(b, func(partition int) (int, error) {
				p := producers[partition]
				if err := p.Begin(); err != nil {
					return 0, err
				}
				for i := range recs {
					if err := p.Append(log, partition, recs[i].Key, recs[i].Value, recs[i].Time); err != nil {
						return 0, err
					}
				}
				_, err := p.Commit(b.Context(), &GroupOffsets{Group: log, Offsets: Positions{{log, partition}: 1}})
				return len(recs), err
			})
		})
	})
}

// spread calls step for all partitions at once until it has dealt with b.N records.
func spread(b *testing.B, step func(partition int) (records int, err error)) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	var done atomic.Int64
	var all errgroup.Group
	for partition := range benchPartitions {
		all.Go(func() error {
			for done.Load() < int64(b.N) {
				n, err := step(partition)
				if err != nil {
					return err
				}
				done.Add(int64(n))
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(done.Load())/b.Elapsed().Seconds(), "records/s")
}
