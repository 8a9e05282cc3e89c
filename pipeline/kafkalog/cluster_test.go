package kafkalog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// testCluster is a broker in this process whose answers can be lost.
type testCluster struct {
	*kfake.Cluster
	lose *loser
}

func startCluster(t testing.TB, opts ...kfake.Opt) *testCluster {
	t.Helper()
	lose := &loser{}
	all := append([]kfake.Opt{kfake.NumBrokers(1), kfake.ListenFn(lose.listen)}, opts...)
	cluster, err := kfake.NewCluster(all...)
	if err != nil {
		t.Fatalf("start cluster: %v", err)
	}
	t.Cleanup(cluster.Close)
	return &testCluster{cluster, lose}
}

func (c *testCluster) dial(t testing.TB, change ...func(*Options)) *Client {
	t.Helper()
	opts := Options{Brokers: c.ListenAddrs(), ClientID: t.Name(), Timeout: 5 * time.Second, RetryFor: 10 * time.Second}
	for _, f := range change {
		f(&opts)
	}
	client, err := Dial(opts)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// loser closes the connection in place of the answer to a request of one API.
type loser struct{ api, times atomic.Int32 }

func (l *loser) next(api int16, times int) {
	l.api.Store(int32(api))
	l.times.Store(int32(times))
}

func (l *loser) listen(network, address string) (net.Listener, error) {
	ln, err := net.Listen(network, address)
	return &lossyListener{ln, l}, err
}

type lossyListener struct {
	net.Listener
	lose *loser
}

func (l *lossyListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &lossyConn{Conn: conn, lose: l.lose}, err
}

type lossyConn struct {
	net.Conn
	lose *loser
	mu   sync.Mutex
	head bool  // the next read is a request's body
	api  int16 // of the latest request
}

func (c *lossyConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(b) == 4 && n == 4:
		c.head = true
	case c.head && n >= 2:
		c.api, c.head = int16(binary.BigEndian.Uint16(b)), false
	}
	return n, err
}

func (c *lossyConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	api := c.api
	c.mu.Unlock()
	if int32(api) == c.lose.api.Load() && c.lose.times.Add(-1) >= 0 {
		_ = c.Close()
		return 0, errors.New("lost on purpose")
	}
	return c.Conn.Write(b)
}

// readAll reads committed records as "key=value" until the position reaches the
// high watermark.
func readAll(t *testing.T, c *Client, topic string, partition int) []string {
	t.Helper()
	ctx := testContext(t)
	ends, err := c.EndOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	starts, err := c.StartOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	r := c.NewReader(topic, partition, starts[partition])
	var got []string
	for r.Position() < ends[partition] {
		p, err := r.Fetch(ctx, 100*time.Millisecond, 1<<20, func(rec Record) error {
			got = append(got, text(rec))
			return nil
		})
		if err != nil {
			t.Fatalf("fetch: %v", err)
		}
		if p.Position != r.Position() {
			t.Fatalf("progress says %d, reader %d", p.Position, r.Position())
		}
	}
	return got
}

func text(rec Record) string {
	if rec.Value == nil {
		return string(rec.Key) + " gone"
	}
	return fmt.Sprintf("%s=%s", rec.Key, rec.Value)
}

func records(from, n int) []Record {
	list := make([]Record, n)
	for i := range list {
		list[i] = Record{Time: 1000, Key: fmt.Appendf(nil, "k%d", from+i), Value: fmt.Appendf(nil, "v%d", from+i)}
	}
	return list
}

func texts(list []Record) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = text(r)
	}
	return out
}

func mustInit(t *testing.T, c *Client, id string) *Producer {
	t.Helper()
	p := c.NewProducer(id, 20*time.Second)
	if err := p.Init(testContext(t)); err != nil {
		t.Fatal(err)
	}
	return p
}

func mustBegin(t *testing.T, p *Producer, topic string, keyValues ...string) {
	t.Helper()
	if err := p.Begin(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, p, topic, keyValues...)
}

func mustAppend(t *testing.T, p *Producer, topic string, keyValues ...string) {
	t.Helper()
	for i := 0; i < len(keyValues); i += 2 {
		if err := p.Append(topic, 0, []byte(keyValues[i]), []byte(keyValues[i+1]), 1000); err != nil {
			t.Fatal(err)
		}
	}
}

func mustCommit(t *testing.T, p *Producer, group *GroupOffsets) Positions {
	t.Helper()
	pos, err := p.Commit(testContext(t), group)
	if err != nil {
		t.Fatal(err)
	}
	return pos
}
