package app

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/kafkalog"
	"mailfate/schemas"
	"mailfate/sources/publish"
)

const deadPartitions = 2

// morgue is a data directory with a broker on it, and dead letters in that.
type morgue struct {
	t      *testing.T
	dir    string
	broker *embedded.Broker
	client *kafkalog.Client
}

func newMorgue(t *testing.T, letters ...schemas.DeadLetter) *morgue {
	t.Helper()
	m := &morgue{t: t, dir: t.TempDir()}
	var err error
	if m.broker, err = embedded.StartBroker(t.Context(), embedded.BrokerOptions{Dir: filepath.Join(m.dir, "kafka")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.broker.Stop() })
	if m.client, err = kafkalog.Dial(kafkalog.Options{Brokers: []string{m.broker.Addr()}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.client.Close() })
	for _, name := range []string{schemas.TopicEvents, schemas.TopicDead} {
		if err := m.client.EnsureTopics(t.Context(), kafkalog.Topic{Name: name, Partitions: deadPartitions, Replication: 1}); err != nil {
			t.Fatal(err)
		}
	}
	enc := schemas.NewEncoder()
	for i := range letters {
		value, err := enc.DeadLetter(&letters[i])
		if err != nil {
			t.Fatal(err)
		}
		m.publish(1, bytes.Clone(value), int64(i+1))
	}
	return m
}

func (m *morgue) publish(partition int, value []byte, at int64) {
	m.t.Helper()
	record := kafkalog.Record{Key: []byte("k"), Value: value, Time: at}
	if err := m.client.NewPublisher().Publish(m.t.Context(), schemas.TopicDead, partition, []kafkalog.Record{record}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *morgue) open() *DeadLetters {
	m.t.Helper()
	d, err := OpenDeadLetters(m.t.Context(), Options{Dir: m.dir})
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { d.Close() })
	return d
}

// published returns what is in mail.events, by partition.
func (m *morgue) published() (all [deadPartitions][]string) {
	m.t.Helper()
	ends, err := m.client.EndOffsets(m.t.Context(), schemas.TopicEvents)
	if err != nil {
		m.t.Fatal(err)
	}
	for p := range all {
		r := m.client.NewReader(schemas.TopicEvents, p, 0)
		for r.Position() < ends[p] {
			_, err := r.Fetch(m.t.Context(), time.Second, 1<<20, func(rec kafkalog.Record) error {
				all[p] = append(all[p], string(rec.Value))
				return nil
			})
			if err != nil {
				m.t.Fatal(err)
			}
		}
	}
	return all
}

// futureTime is when a future event was, in milliseconds.
const futureTime = 4_000_000_000_000

func futureEvent(t *testing.T) []byte {
	t.Helper()
	value, err := schemas.NewEncoder().Event(&schemas.Event{
		Identity: schemas.Identity{MessageID: "m1", Recipient: "a@example.net"}, ID: 7, Kind: schemas.Delivered, Time: futureTime,
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(value)
}

func TestDeadLettersAreRetried(t *testing.T) {
	event := futureEvent(t)
	m := newMorgue(
		t,
		schemas.DeadLetter{Reason: schemas.DeadMalformed, Bytes: []byte("\x07"), Topic: schemas.TopicEvents, Partition: 1, Offset: 3},
		schemas.DeadLetter{Reason: schemas.DeadFuture, Bytes: []byte("a line"), Event: event, Stream: "s", File: "f"},
		schemas.DeadLetter{Reason: schemas.DeadTooLarge, Bytes: []byte("a long line"), Stream: "s", File: "f"},
		schemas.DeadLetter{Reason: schemas.DeadMalformed, Bytes: []byte("x"), Topic: schemas.TopicEvents, Partition: 9},
	)
	m.publish(0, []byte("no letter"), 5)
	d := m.open()
	letters, total, err := d.List(t.Context(), 10)
	if err != nil || total != 5 || len(letters) != 5 || letters[4].Size != 9 || !letters[0].Retried.IsZero() || letters[0].Bytes != nil {
		t.Fatalf("%+v, %d, %v", letters, total, err)
	}
	if some, total, err := d.List(t.Context(), 2); err != nil || total != 5 || len(some) != 2 || some[1].ID != letters[4].ID {
		t.Errorf("the newest two: %+v, %d, %v", some, total, err)
	}
	if err := d.Retry(t.Context(), letters[0].ID); err != nil {
		t.Fatal(err)
	}
	for i, says := range map[int]string{2: "no record", 3: "which has 2", 4: "no record"} {
		if err := d.Retry(t.Context(), letters[i].ID); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("retry %v: %v", letters[i].ID, err)
		}
	}
	if got := m.published(); len(got[0])+len(got[1]) != 1 || got[1][0] != "\x07" {
		t.Errorf("published %q", got)
	}

	if got, err := m.open().RetryAll(t.Context()); err != nil || got != (Retries{Future: 1, Before: 1, Left: 3}) {
		t.Errorf("before its time: %+v, %v", got, err)
	}
	d = m.open() // what came later is seen now
	d.now = func() time.Time { return time.UnixMilli(futureTime).Add(-publish.MaxAhead) }
	if got, err := d.RetryAll(t.Context()); err != nil || got != (Retries{Retried: 1, Before: 1, Left: 3}) {
		t.Errorf("%+v, %v", got, err)
	}
	at := kafkalog.Partition([]byte("m1"), deadPartitions)
	if got := m.published(); len(got[0])+len(got[1]) != 2 || got[at][len(got[at])-1] != string(event) {
		t.Errorf("published %q", got)
	}
	d = m.open()
	if got, err := d.RetryAll(t.Context()); err != nil || got != (Retries{Before: 2, Left: 3}) {
		t.Errorf("again: %+v, %v", got, err)
	}
	if n, err := d.Count(t.Context()); err != nil || n != 5 {
		t.Errorf("%d letters, %v", n, err)
	}
	l, err := d.Show(t.Context(), letters[1].ID)
	if err != nil || l.Retried.IsZero() || string(l.Bytes) != "a line" {
		t.Errorf("%+v, %v", l, err)
	}
	for _, id := range []LetterID{{0, 1}, {7, 0}, {1, 99}, {1, 4}} { // the last is a note of a retry
		if _, err := d.Show(t.Context(), id); err == nil {
			t.Errorf("found %v", id)
		}
	}
}

// The letters are read from a broker that nobody runs.
func TestDeadLettersOfADirectory(t *testing.T) {
	m := newMorgue(t, schemas.DeadLetter{Reason: schemas.DeadMalformed, Bytes: []byte("x"), Topic: schemas.TopicEvents})
	if m.open().Idle() {
		t.Error("a broker that runs is called idle")
	}
	if err := m.broker.Stop(); err != nil {
		t.Fatal(err)
	}
	d := m.open()
	letters, total, err := d.List(t.Context(), 10)
	if err != nil || total != 1 || len(letters) != 1 || !d.Idle() {
		t.Errorf("%+v, %d, %v", letters, total, err)
	}
	if _, err := OpenDeadLetters(t.Context(), Options{Dir: t.TempDir()}); err == nil {
		t.Error("opened a directory with nothing in it")
	}
}

func TestLetterIDs(t *testing.T) {
	for _, s := range []string{"", "0", "0-", "-1", "a-1", "0-a", "0--1", "99999999999-0", "0-99999999999999999999", " 0-1", "0-1-2"} {
		if id, err := ParseLetterID(s); err == nil {
			t.Errorf("%q is %v", s, id)
		}
	}
	if id, err := ParseLetterID("3-17"); err != nil || id.String() != "3-17" {
		t.Errorf("%v, %v", id, err)
	}
}
