package publish

import (
	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/store"
)

// A wave is what is published together: events, dead letters and shapes, then a
// clock, then a checkpoint. Waves go one after the other, and are used again.
type wave struct {
	arena    []byte // all keys and values
	events   [][]ref
	dead     [][]ref
	unparsed [][]ref

	clock      int64        // 0: none
	checkpoint *store.Batch // empty: none
	kept       func()       // to be called when the checkpoint is kept; may be nil

	records []kafkalog.Record // of all partitions, cut from the arena when it is complete
}

// ref is a record in the arena: a key and, right behind it, a value.
type ref struct{ key, value, end int }

func newWave(o *Options) *wave {
	return &wave{
		events:     make([][]ref, o.Partitions),
		dead:       make([][]ref, o.DeadPartitions),
		unparsed:   make([][]ref, o.UnparsedPartitions),
		checkpoint: o.Store.NewBatch(),
	}
}

func (w *wave) reset() {
	w.arena = w.arena[:0]
	for _, topic := range [][][]ref{w.events, w.dead, w.unparsed} {
		for p := range topic {
			topic[p] = topic[p][:0]
		}
	}
	w.clock = 0
	w.checkpoint.Discard()
	w.kept = nil
	clear(w.records)
	w.records = w.records[:0]
}

// empty reports whether there is nothing to publish and nothing to keep.
func (w *wave) empty() bool { return len(w.arena) == 0 && w.clock == 0 && w.checkpoint.Empty() }

// add copies a record to the partition of topic that its key belongs to.
func (w *wave) add(topic [][]ref, key string, value []byte) {
	at := len(w.arena)
	w.arena = append(w.arena, key...)
	r := ref{key: at, value: len(w.arena)}
	w.arena = append(w.arena, value...)
	r.end = len(w.arena)
	p := kafkalog.Partition(w.arena[r.key:r.value], len(topic))
	topic[p] = append(topic[p], r)
}

// cut makes the records of one partition. The wave's own slice is used: it must
// not grow any more when the first of them is published.
func (w *wave) cut(refs []ref) []kafkalog.Record {
	first := len(w.records)
	for _, r := range refs {
		w.records = append(w.records, kafkalog.Record{
			Key:   w.arena[r.key:r.value:r.value],
			Value: w.arena[r.value:r.end:r.end],
		})
	}
	return w.records[first:len(w.records):len(w.records)]
}
