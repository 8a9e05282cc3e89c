package clickhouse

import (
	"testing"

	"mailfate/pipeline/classify"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
)

// Whatever bytes a record holds, it becomes rows whose columns are equally long,
// or an error and no row.
func FuzzAdd(f *testing.F) {
	for _, r := range statusRecords(f, 0, samples(f)...) {
		f.Add(uint8(0), r.Key, r.Value)
	}
	ev := eventRecord(f, 0, schemas.Event{ID: 1, Kind: schemas.Clicked, Identity: schemas.Identity{MessageID: "m"}, Tags: []string{"a"}})
	f.Add(uint8(1), ev.Key, ev.Value)
	u := unparsedRecord(f, 0, schemas.Unparsed{Stream: "s", Shape: "x", Lines: 5, Examples: [][]byte{[]byte("e")}})
	f.Add(uint8(2), u.Key, u.Value)
	f.Fuzz(func(t *testing.T, topic uint8, key, value []byte) {
		b := newBatch(nil, classify.Default())
		err := b.Add(Topics()[int(topic)%len(Topics())], kafkalog.Record{Key: key, Value: value}, topic > 128)
		if err != nil && b.Rows() > 0 {
			t.Errorf("%d rows beside the error %v", b.Rows(), err)
		}
		for _, tab := range b.tables {
			for i, c := range tab.columns {
				if c.len() != tab.rows() {
					t.Errorf("%s.%s has %d rows of %d", tab.name, tab.names[i], c.len(), tab.rows())
				}
			}
		}
	})
}
