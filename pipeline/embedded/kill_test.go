package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
)

// kafkaClient has its own connections: those to a broker that was killed would
// be tried again with the next one, which listens at the same address.
func kafkaClient(addr string) *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(addr), Transport: new(kafka.Transport)}
}

func createTopics(t *testing.T, addr string, topics ...kafka.TopicConfig) {
	t.Helper()
	resp, err := kafkaClient(addr).CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	for topic, err := range resp.Errors {
		if err != nil {
			t.Fatal(topic, err)
		}
	}
}

func produceOne(ctx context.Context, addr, topic, value string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	resp, err := kafkaClient(addr).Produce(ctx, &kafka.ProduceRequest{
		Topic: topic, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Key: kafka.NewBytes([]byte("k")), Value: kafka.NewBytes([]byte(value))}),
	})
	if err != nil {
		return err
	}
	return resp.Error
}

// fetchAll reads partition 0 to its end.
func fetchAll(t *testing.T, addr, topic string) []string {
	t.Helper()
	var got []string
	for offset, end := int64(0), int64(1); offset < end; {
		resp, err := kafkaClient(addr).Fetch(t.Context(), &kafka.FetchRequest{Topic: topic, Offset: offset, MinBytes: 1, MaxBytes: 2 * embedded.MaxMessageBytes, MaxWait: time.Second})
		if err != nil || resp.Error != nil {
			t.Fatal(err, resp)
		}
		end = resp.HighWatermark
		for {
			r, err := resp.Records.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			v, err := kafka.ReadAll(r.Value)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(v))
			offset = r.Offset + 1
		}
	}
	return got
}

func TestBrokerWithKafkaGo(t *testing.T) {
	dir := t.TempDir()
	start := func() *embedded.Broker {
		b, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Stop() })
		return b
	}
	b := start()
	createTopics(t, b.Addr(), kafka.TopicConfig{Topic: "t", NumPartitions: 1, ReplicationFactor: 1})
	big := strings.Repeat("x", 900_000)
	for _, v := range []string{"one", "two", big} {
		if err := produceOne(t.Context(), b.Addr(), "t", v); err != nil {
			t.Fatal(err)
		}
	}
	if err := produceOne(t.Context(), b.Addr(), "t", strings.Repeat("x", embedded.MaxMessageBytes)); err == nil {
		t.Error("a message above the limit was taken")
	}
	commit, err := kafkaClient(b.Addr()).OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{
		GroupID: "g", GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{"t": {{Partition: 0, Offset: 2}}},
	})
	if err != nil || commit.Topics["t"][0].Error != nil {
		t.Fatal(err, commit)
	}
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
	b = start()
	if got := fetchAll(t, b.Addr(), "t"); len(got) != 3 || got[0] != "one" || got[2] != big {
		t.Errorf("%d records after a restart, want the 3 written", len(got))
	}
	if got := groupOffset(t, b.Addr(), "g", "t"); got != 2 {
		t.Errorf("group's offset %d after a restart, want 2", got)
	}
}

func groupOffset(t *testing.T, addr, group, topic string) int64 {
	t.Helper()
	resp, err := kafkaClient(addr).OffsetFetch(t.Context(), &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0}}})
	if err != nil || resp.Error != nil {
		t.Fatal(err, resp)
	}
	return resp.Topics[topic][0].CommittedOffset
}

// TestKilledBroker kills a broker again and again while it takes records and
// transactions and compacts: what was acknowledged is there, transactions on
// two partitions are on both or on neither.
func TestKilledBroker(t *testing.T) {
	const rounds, perRound = 8, 60
	dir := t.TempDir()
	var acked int   // plain records
	var decided int // the newest transaction whose commit was acknowledged
	tried := 0
	for round := range rounds {
		job, out := startJob(t, "broker", dir)
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		addr := strings.TrimSpace(line)
		if round == 0 {
			createTopics(t, addr, kafka.TopicConfig{Topic: "plain", NumPartitions: 1, ReplicationFactor: 1},
				kafka.TopicConfig{Topic: "state", NumPartitions: 2, ReplicationFactor: 1, ConfigEntries: []kafka.ConfigEntry{{ConfigName: "cleanup.policy", ConfigValue: "compact"}}})
		}
		cl, err := kgo.NewClient(kgo.SeedBrokers(addr), kgo.TransactionalID("p"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		killedAt := make(chan struct{})
		go func() { // the kill comes at any point of a transaction
			defer close(killedAt)
			<-ctx.Done()
			_ = job.Process.Kill()
			_ = job.Wait()
			cl.Close() // else it would wait for the broker to come back
		}()
		for i := range perRound {
			if err := produceOne(t.Context(), addr, "plain", strconv.Itoa(acked)); err != nil {
				break
			}
			acked++
			tried++
			if i == perRound/2+round {
				cancel() // from here on it can end anywhere
			}
			if transact(cl, tried) != nil {
				break
			}
			decided = tried
		}
		cancel()
		<-killedAt
	}
	checkAfterKills(t, dir, acked, decided)
}

func transact(cl *kgo.Client, n int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := cl.BeginTransaction(); err != nil {
		return err
	}
	value := []byte(strconv.Itoa(n))
	for p := range int32(2) {
		if err := cl.ProduceSync(ctx, &kgo.Record{Topic: "state", Partition: p, Key: []byte("n"), Value: value}).FirstErr(); err != nil {
			return err
		}
	}
	return cl.EndTransaction(ctx, kgo.TryCommit)
}

func checkAfterKills(t *testing.T, dir string, acked, decided int) {
	t.Helper()
	b, err := embedded.StartBroker(t.Context(), embedded.BrokerOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop() //nolint:errcheck // not what is tested
	got := make(map[string]bool)
	for _, v := range fetchAll(t, b.Addr(), "plain") {
		got[v] = true
	}
	for i := range acked {
		if !got[strconv.Itoa(i)] {
			t.Errorf("acknowledged record %d is gone", i)
		}
	}
	state := newestState(t, b)
	if state[0] != state[1] || state[0] < decided {
		t.Errorf("newest committed transaction %d on one partition, %d on the other, %d was acknowledged", state[0], state[1], decided)
	}
	t.Logf("%d records, %d transactions acknowledged", acked, decided)
}

// newestState reads the two partitions of topic state, read-committed.
func newestState(t *testing.T, b *embedded.Broker) (newest [2]int) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ConsumeTopics("state"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	for p := range int32(2) {
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "state", Partition: p, Key: []byte("end"), Value: []byte("0")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ends := 0; ends < 2; {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			if string(r.Key) == "end" {
				ends++
				return
			}
			n, err := strconv.Atoi(string(r.Value))
			if err != nil || n < newest[r.Partition] {
				t.Errorf("%s after %d: %v", r.Value, newest[r.Partition], err)
			}
			newest[r.Partition] = max(newest[r.Partition], n)
		})
	}
	return newest
}

// brokerJob serves, and compacts far more often than anybody would, until it
// is killed.
func brokerJob(ctx context.Context, dir string) error {
	b, err := embedded.StartBroker(ctx, embedded.BrokerOptions{Dir: dir})
	if err != nil {
		return err
	}
	fmt.Println(b.Addr())
	for pause := 100 * time.Millisecond; ; <-time.After(pause) {
		if err := b.Compact(ctx); err != nil {
			return err
		}
	}
}

func TestEmbeddedtest(t *testing.T) {
	b := embeddedtest.Broker(t)
	if resp, err := kafkaClient(b.Addr()).Metadata(t.Context(), &kafka.MetadataRequest{}); err != nil || len(resp.Brokers) != 1 {
		t.Errorf("metadata %+v, %v; want one broker", resp, err)
	}
	pingHTTP(t, embeddedtest.ClickHouse(t))
}
