package clickhouse

import (
	"testing"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// Batches that are merged have the rows that one of all records has, and a template of
// replies is remembered by who writes it alone.
func TestMergedBatchesAreAsOne(t *testing.T) {
	refused := bounced(t)
	records := []struct {
		topic  string
		record kafkalog.Record
	}{
		{schemas.TopicStatus, statusRecords(t, 0, delivered(t))[0]},
		{schemas.TopicEvents, eventRecord(t, 0, schemas.Event{ID: 1, Identity: refused.Identity, Kind: schemas.Bounced, Code: 550, Reply: "no such user", Time: minute(1)})},
		{schemas.TopicUnparsed, unparsedRecord(t, 0, schemas.Unparsed{Stream: "postfix:a", Shape: "x", Lines: 3})},
		{schemas.TopicStatus, statusRecords(t, 0, stray())[0]},
		{schemas.TopicStatus, statusRecords(t, 1, refused)[0]},
		{schemas.TopicEvents, eventRecord(t, 1, schemas.Event{ID: 2, Identity: refused.Identity, Kind: schemas.Bounced, Code: 550, Reply: "another wording of it", Time: minute(2)})},
	}
	fill := func(from, to int) *batch {
		b := newBatch(&collector{}, classify.Default())
		for _, r := range records[from:to] {
			if err := b.Add(r.topic, r.record, true); err != nil {
				t.Fatal(err)
			}
		}
		return b
	}
	one, merged, other := fill(0, len(records)), fill(0, 3), fill(3, len(records))
	merged.Merge(other)
	other.Reset()
	if got, want := dump(merged), dump(one); got != want {
		t.Errorf("merged:\n%s\nof one:\n%s", got, want)
	}
	for _, table := range merged.tables {
		for i, c := range table.columns {
			if c.len() != table.rows() {
				t.Errorf("%s.%s has %d of %d rows", table.name, table.names[i], c.len(), table.rows())
			}
		}
	}
	if err := merged.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	merged.Reset()
	again := records[5]
	for b, templates := range map[*batch]int{merged: 0, other: 1} {
		if err := b.Add(again.topic, again.record, true); err != nil || b.replies.rows() != templates {
			t.Errorf("a template is noted in %d rows, want %d; %v", b.replies.rows(), templates, err)
		}
	}
}
