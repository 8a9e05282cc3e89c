package clickhouse

import (
	"fmt"
	"testing"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

func benchBatch(b *testing.B, to inserter, topic string, records []kafkalog.Record) {
	b.Helper()
	batch := newBatch(to, classify.Default())
	rows := 0
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range records {
			if err := batch.Add(topic, r, false); err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Write(b.Context()); err != nil {
			b.Fatal(err)
		}
		rows += batch.Rows()
		batch.Reset()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
}

func manyStatus(b *testing.B, n int) []kafkalog.Record {
	var list []*schemas.Snapshot
	for i := range n {
		list = append(list, message(b, i))
	}
	return statusRecords(b, 0, list...)
}

func manyEvents(b *testing.B, n int) []kafkalog.Record {
	var records []kafkalog.Record
	for i := range n {
		m := message(b, i)
		records = append(records, eventRecord(b, int64(i), schemas.Event{
			ID: schemas.EventID(i * 2654435761), Kind: schemas.Delivered, Time: minute(int64(i) / 100), Identity: m.Identity,
			Sender: m.Row.Sender, Code: 250, Enhanced: "2.0.0", Reply: fmt.Sprintf("250 2.0.0 OK %d abcdefgh.123 - gsmtp", i), Relay: m.Row.Relay,
			QueueID: fmt.Sprintf("4%09X", i), Source: schemas.SourcePostfix, Stream: "postfix:/var/log/mail.log", Host: "mx1", Instance: "postfix",
			File: "/var/log/mail.log", Offset: int64(i) * 150,
		}))
	}
	return records
}

// nowhere takes rows and does nothing with them.
type nowhere struct{ collector }

func BenchmarkRows(b *testing.B) {
	b.Run("status", func(b *testing.B) { benchBatch(b, &nowhere{}, schemas.TopicStatus, manyStatus(b, 10_000)) })
	b.Run("events", func(b *testing.B) { benchBatch(b, &nowhere{}, schemas.TopicEvents, manyEvents(b, 50_000)) })
}

func BenchmarkInsert(b *testing.B) {
	b.Run("status", func(b *testing.B) { benchBatch(b, migrated(b), schemas.TopicStatus, manyStatus(b, 10_000)) })
	b.Run("events", func(b *testing.B) { benchBatch(b, migrated(b), schemas.TopicEvents, manyEvents(b, 50_000)) })
}
