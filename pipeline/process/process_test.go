package process

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kfake"

	"mailfate/pipeline/kafkalog"
	"mailfate/pipeline/status"
	"mailfate/pipeline/store"
	"mailfate/schemas"
)

// broker starts a Kafka-protocol broker in process with the topics of mailfate.
func broker(t testing.TB, partitions int) *kafkalog.Client {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return clientOf(t, partitions, cluster.ListenAddrs()...)
}

// clientOf makes the topics of mailfate on a broker.
func clientOf(t testing.TB, partitions int, brokers ...string) *kafkalog.Client {
	t.Helper()
	client, err := kafkalog.Dial(kafkalog.Options{Brokers: brokers, MaxRecordBytes: schemas.MaxRecord})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	var topics []kafkalog.Topic
	for _, topic := range schemas.Topics() {
		topics = append(topics, kafkalog.Topic{Name: topic.Name, Partitions: partitions, Replication: 1, Config: topic.Config})
	}
	if err := client.EnsureTopics(t.Context(), topics...); err != nil {
		t.Fatal(err)
	}
	return client
}

// publisher writes events and clocks as sources do.
type publisher struct {
	t          testing.TB
	client     *kafkalog.Client
	out        *kafkalog.Publisher
	partitions int
	enc        *schemas.Encoder
}

func newPublisher(t testing.TB, client *kafkalog.Client, partitions int) *publisher {
	return &publisher{t: t, client: client, out: client.NewPublisher(), partitions: partitions, enc: schemas.NewEncoder()}
}

func (p *publisher) events(events ...schemas.Event) {
	p.t.Helper()
	records := make(map[int][]kafkalog.Record)
	for i := range events {
		value, err := p.enc.Event(&events[i])
		if err != nil {
			p.t.Fatal(err)
		}
		key := []byte(events[i].MessageID)
		at := kafkalog.Partition(key, p.partitions)
		records[at] = append(records[at], kafkalog.Record{Key: key, Value: slices.Clone(value)})
	}
	for at, rs := range records {
		p.raw(at, rs...)
	}
}

func (p *publisher) clock(c schemas.Clock) {
	p.t.Helper()
	value, err := p.enc.Clock(c)
	if err != nil {
		p.t.Fatal(err)
	}
	for at := range p.partitions {
		p.raw(at, kafkalog.Record{Key: []byte("clock:" + c.Stream), Value: slices.Clone(value)})
	}
}

func (p *publisher) raw(partition int, records ...kafkalog.Record) {
	p.t.Helper()
	if err := p.out.Publish(p.t.Context(), schemas.TopicEvents, partition, records); err != nil {
		p.t.Fatal(err)
	}
}

// process runs a processor on a store until it has taken in all that is there.
func process(t *testing.T, client *kafkalog.Client, dir string) {
	t.Helper()
	processBy(t, dir, Options{Client: client})
}

// processBy is process by certain rules.
func processBy(t testing.TB, dir string, o Options) {
	t.Helper()
	st, err := store.Open(dir, store.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ends, err := o.Client.EndOffsets(t.Context(), schemas.TopicEvents)
	if err != nil {
		t.Fatal(err)
	}
	o.Store = st
	p := New(o)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.Run(run) }()
	err = p.WaitFor(ctx, ends)
	stop()
	if runErr := <-done; err != nil || runErr != nil {
		t.Fatalf("wait: %v, run: %v", err, runErr)
	}
}

// told is what mail.status says in the end.
func told(t *testing.T, client *kafkalog.Client, partitions int) map[schemas.Identity]*schemas.Snapshot {
	t.Helper()
	all := map[schemas.Identity]*schemas.Snapshot{}
	dec := schemas.NewDecoder()
	readStatus(t, client, make([]int64, partitions), func(_ int, r kafkalog.Record) error {
		if schemas.IsBookkeeping(r.Key) {
			return nil
		}
		id, err := schemas.ParseKey(r.Key)
		if err != nil {
			return err
		}
		if r.Value == nil {
			delete(all, id)
			return nil
		}
		s := &schemas.Snapshot{Identity: id}
		if err := dec.Snapshot(r.Value, s); err != nil {
			return err
		}
		if old := all[id]; old != nil && s.Revision <= old.Revision {
			return fmt.Errorf("%v: revision %d after %d", id, s.Revision, old.Revision)
		}
		all[id] = s
		return nil
	})
	return all
}

// readStatus reads mail.status from offsets, by partition, to its end.
func readStatus(t *testing.T, client *kafkalog.Client, from []int64, fn func(partition int, r kafkalog.Record) error) {
	t.Helper()
	ends := endOfStatus(t, client)
	for p := range from {
		r := client.NewReader(schemas.TopicStatus, p, from[p])
		for r.Position() < ends[p] {
			_, err := r.Fetch(t.Context(), time.Second, 1<<20, func(r kafkalog.Record) error { return fn(p, r) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func endOfStatus(t *testing.T, client *kafkalog.Client) []int64 {
	t.Helper()
	ends, err := client.EndOffsets(t.Context(), schemas.TopicStatus)
	if err != nil {
		t.Fatal(err)
	}
	return ends
}

// outcome is what of a snapshot must not depend on how it came about.
type outcome struct {
	Standing schemas.Standing
	Row      schemas.Row
	History  []schemas.Change
	Events   []schemas.Event
}

func outcomes(all map[schemas.Identity]*schemas.Snapshot) map[schemas.Identity]outcome {
	out := map[schemas.Identity]outcome{}
	for id, s := range all {
		if len(s.Events) == 0 && s.Standing != schemas.Shown {
			continue // a record of names alone, or one that was emptied
		}
		out[id] = outcome{s.Standing, s.Row, slices.Clone(s.History), slices.Clone(s.Events)}
	}
	return out
}

// twin evaluates everything at once, from all events and the last clocks: the
// processor without batches, indexes and memory.
func twin(events []schemas.Event, clocks map[string]int64) map[schemas.Identity]outcome {
	cells := map[schemas.Identity]*schemas.Snapshot{}
	at := func(id schemas.Identity) *schemas.Snapshot {
		if cells[id] == nil {
			cells[id] = &schemas.Snapshot{Identity: id}
		}
		return cells[id]
	}
	for i := range events {
		ev := &events[i]
		status.Add(at(ev.Identity), ev)
		status.AddAccount(at(schemas.Identity{MessageID: ev.MessageID}), ev.Account)
		if ev.CreatesRecipient() {
			status.AddRecipient(at(schemas.Identity{Account: ev.Account, MessageID: ev.MessageID}), ev.Recipient)
		}
	}
	for id := range maps.Clone(cells) { // what names no account may show under one
		if header := cells[schemas.Identity{MessageID: id.MessageID}]; id.Account == "" && header != nil && len(header.Accounts) == 1 {
			at(schemas.Identity{Account: header.Accounts[0], MessageID: id.MessageID, Recipient: id.Recipient})
		}
	}
	e := status.NewEvaluator(status.Timers{})
	all := map[schemas.Identity]*schemas.Snapshot{}
	for id, s := range cells {
		m := status.Message{
			Key: s, Header: cells[schemas.Identity{MessageID: id.MessageID}],
			Unnamed: cells[schemas.Identity{MessageID: id.MessageID, Recipient: id.Recipient}],
			Whole:   cells[schemas.Identity{Account: id.Account, MessageID: id.MessageID}],
			Clock: func(stream string) int64 {
				if t, ok := clocks[stream]; ok {
					return t
				}
				return -1 << 62
			},
		}
		if m.Header != nil && len(m.Header.Accounts) == 1 {
			m.Owner = cells[schemas.Identity{Account: m.Header.Accounts[0], MessageID: id.MessageID, Recipient: id.Recipient}]
			m.OwnerWhole = cells[schemas.Identity{Account: m.Header.Accounts[0], MessageID: id.MessageID}]
		}
		view := e.Evaluate(&m)
		all[id] = &schemas.Snapshot{Identity: id, Events: s.Events, Standing: view.Standing, Row: view.Row, History: slices.Clone(view.History)}
	}
	return outcomes(all)
}

const hour = 3_600_000

// randomEvents makes a mess: few messages, recipients, accounts and times, so
// that everything meets everything.
func randomEvents(r *rand.Rand, n int) []schemas.Event {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	events := make([]schemas.Event, n)
	for i := range events {
		ev := &events[i]
		ev.ID = schemas.EventID(r.IntN(4 * n))
		for ev.Kind == schemas.KindNone || ev.Kind.Derived() {
			ev.Kind = schemas.Kind(1 + r.IntN(int(schemas.KindCount)-1))
		}
		if rs := ev.Kind.Reasons(); len(rs) > 0 {
			ev.Reason = rs[r.IntN(len(rs))]
		}
		ev.Time = int64(r.IntN(20)) * 12 * hour
		ev.MessageID = fmt.Sprintf("m%d@example.com", r.IntN(max(1, n/25)))
		ev.Recipient = pick("a@example.net", "b@example.net", "c@example.net", "")
		ev.Account = pick("", "", "", "one", "one", "two")
		if ev.MessageID < "m3" { // most messages have one account at most
			ev.Account = pick("", "one")
		}
		ev.Stream = pick("s1", "s2")
		ev.Source = schemas.SourcePostfix
		ev.QueueID = pick("", "Q1", "Q2")
		ev.NextQueueID = pick("", "", "Q2")
		ev.Reply = pick("", "250 ok", "550 no")
		ev.Confidence = schemas.Confidence(r.IntN(int(schemas.ConfidenceExact) + 1))
	}
	return events
}

// TestEventByEventEqualsTwin gives many small messages one event in each round,
// so that whatever an event changes about others has to be noticed from it alone.
func TestEventByEventEqualsTwin(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	const messages, rounds = 1000, 5
	r := rand.New(rand.NewPCG(seed, 0))
	client := broker(t, 1)
	pub := newPublisher(t, client, 1)
	dir := t.TempDir()
	events := randomEvents(r, messages*rounds)
	for round := range rounds {
		part := events[round*messages : (round+1)*messages]
		for i := range part {
			part[i].MessageID = fmt.Sprintf("m%d@example.com", i)
			part[i].Source = schemas.SourceType(1 + r.IntN(4))
		}
		pub.events(part...)
		process(t, client, dir)
	}
	compare(t, outcomes(told(t, client, 1)), twin(events, nil))
}

func TestProcessorEqualsTwin(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	defer func(n int) { recentCells = n }(recentCells)
	for _, partitions := range []int{1, 3} {
		recentCells = partitions * 7 // too few, and enough for some
		t.Run(fmt.Sprintf("%d partitions", partitions), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, uint64(partitions)))
			client := broker(t, partitions)
			pub := newPublisher(t, client, partitions)
			dir := t.TempDir()
			events := randomEvents(r, 600)
			clocks := map[string]int64{}
			for round := range 6 {
				part := events[round*100 : (round+1)*100]
				for _, i := range r.Perm(len(part)) {
					pub.events(part[i])
				}
				pub.events(events[r.IntN(len(part)*(round+1))]) // seen before
				c := schemas.Clock{Stream: "s1", Time: int64(round) * 40 * hour}
				pub.clock(c)
				clocks[c.Stream] = c.Time
				if round == 3 { // the store is lost
					if err := os.RemoveAll(dir); err != nil {
						t.Fatal(err)
					}
				}
				if round != 4 { // two rounds in one go
					process(t, client, dir)
				}
			}
			compare(t, outcomes(told(t, client, partitions)), twin(events, clocks))
		})
	}
}

func compare(t *testing.T, got, want map[schemas.Identity]outcome) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
	for id := range want {
		if d := cmp.Diff(want[id], got[id], cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%v (-want +got):\n%s", id, d)
		}
	}
}
