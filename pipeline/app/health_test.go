package app

import (
	"io"
	"testing"
	"time"

	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sinks/clickhouse"
)

func TestRollupsTellWhatTheyKnow(t *testing.T) {
	var r rollups
	if known := r.tell(); known.ComparedAt != 0 || known.StaleHours != nil || known.Failures != nil {
		t.Errorf("of nothing: %+v", known)
	}
	r.note(0, io.ErrUnexpectedEOF)
	if known := r.tell(); known.StaleHours != nil || *known.Failures != 1 {
		t.Errorf("of a failure: %+v", known)
	}
	r.note(3, nil)
	if known := r.tell(); known.ComparedAt == 0 || *known.StaleHours != 3 || *known.Failures != 1 {
		t.Errorf("%+v", known)
	}
}

// Dead letters are counted once, however often somebody asks, and what was told is
// told again for a while.
func TestProcessTellsOfKafka(t *testing.T) {
	letter := schemas.DeadLetter{Reason: schemas.DeadMalformed, Detail: "x", Bytes: []byte("y")}
	m := newMorgue(t, letter, letter)
	for _, name := range clickhouse.Topics() {
		if err := m.client.EnsureTopics(t.Context(), kafkalog.Topic{Name: name, Partitions: deadPartitions, Replication: 1}); err != nil {
			t.Fatal(err)
		}
	}
	a := &App{client: m.client, sinkGroup: "nobody's"}
	tell := func(want uint64) {
		t.Helper()
		known := a.tellProcess(t.Context())
		if known.DeadLetters == nil || *known.DeadLetters != want || known.Lag.Processor == nil || *known.Lag.Processor != 0 {
			t.Errorf("%+v, want %d dead letters", known, want)
		}
	}
	tell(2)
	for _, reason := range []schemas.DeadReason{schemas.DeadMalformed, schemas.DeadRetried} {
		letter.Reason = reason
		value, err := schemas.NewEncoder().DeadLetter(&letter)
		if err != nil {
			t.Fatal(err)
		}
		m.publish(0, value, 9)
	}
	tell(2)
	for range 2 {
		a.health.at = time.Time{}
		tell(3)
	}
}
