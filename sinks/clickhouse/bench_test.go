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

// answers are what servers say, each with something of its own.
var answers = []schemas.Event{
	{Kind: schemas.Bounced, Code: 550, Enhanced: "5.1.1", Reply: "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking it. https://support.google.com/mail/?p=NoSuchUser x%d-20020a05 - gsmtp"},
	{Kind: schemas.Bounced, Code: 550, Enhanced: "5.1.1", Reply: "550 5.1.1 <r%d@example.org>: Recipient address rejected: User unknown in virtual mailbox table"},
	{Kind: schemas.Deferred, Code: 451, Enhanced: "4.7.1", Reply: "451 4.7.1 <r%d@example.org>: Recipient address rejected: Greylisted, try again in 300 seconds"},
	{Kind: schemas.Deferred, Code: 421, Enhanced: "4.7.0", Reply: "421 4.7.0 [TSS04] Messages from 192.0.2.%d temporarily deferred due to unexpected volume or user complaints"},
}

// someFailed has every nth of many events fail.
func someFailed(b *testing.B, n, nth int) []kafkalog.Record {
	records := manyEvents(b, n)
	for i := 0; i < n; i += nth {
		m, ev := message(b, i), answers[i/nth%len(answers)]
		ev.ID, ev.Time, ev.Identity, ev.Command = schemas.EventID(i*2654435761), minute(int64(i)/100), m.Identity, "RCPT TO"
		ev.Reply, ev.Relay, ev.Source = fmt.Sprintf(ev.Reply, i), m.Row.Relay, schemas.SourcePostfix
		ev.Sender, ev.QueueID, ev.Stream = m.Row.Sender, fmt.Sprintf("4%09X", i), "postfix:/var/log/mail.log"
		ev.Host, ev.Instance, ev.File, ev.Offset = "mx1", "postfix", "/var/log/mail.log", int64(i)*150
		records[i] = eventRecord(b, int64(i), ev)
	}
	return records
}

// nowhere takes rows and does nothing with them.
type nowhere struct{ collector }

func BenchmarkRows(b *testing.B) {
	b.Run("status", func(b *testing.B) { benchBatch(b, &nowhere{}, schemas.TopicStatus, manyStatus(b, 10_000)) })
	b.Run("events", func(b *testing.B) { benchBatch(b, &nowhere{}, schemas.TopicEvents, manyEvents(b, 50_000)) })
	b.Run("a tenth failed", func(b *testing.B) { benchBatch(b, &nowhere{}, schemas.TopicEvents, someFailed(b, 50_000, 10)) })
	b.Run("all failed", func(b *testing.B) { benchBatch(b, &nowhere{}, schemas.TopicEvents, someFailed(b, 50_000, 1)) })
}

func BenchmarkInsert(b *testing.B) {
	b.Run("status", func(b *testing.B) { benchBatch(b, migrated(b), schemas.TopicStatus, manyStatus(b, 10_000)) })
	b.Run("events", func(b *testing.B) { benchBatch(b, migrated(b), schemas.TopicEvents, manyEvents(b, 50_000)) })
	b.Run("a tenth failed", func(b *testing.B) { benchBatch(b, migrated(b), schemas.TopicEvents, someFailed(b, 50_000, 10)) })
	b.Run("all failed", func(b *testing.B) { benchBatch(b, migrated(b), schemas.TopicEvents, someFailed(b, 50_000, 1)) })
}
