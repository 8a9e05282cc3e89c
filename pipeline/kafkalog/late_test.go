package kafkalog

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// delayer keeps one request of an API back when the client's connection breaks.
type delayer struct {
	mu   sync.Mutex
	api  kmsg.Key // 0: none
	held []byte
	conn net.Conn
}

func (d *delayer) next(api kmsg.Key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.api, d.held, d.conn = api, nil, nil
}

// arrive lets the request through, and returns when the broker has answered it.
func (d *delayer) arrive(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil {
		t.Fatal("no request was kept back")
	}
	defer d.conn.Close()
	err := d.conn.SetDeadline(time.Now().Add(10 * time.Second))
	if err == nil {
		_, err = d.conn.Write(d.held)
	}
	if err == nil {
		_, err = io.ReadFull(d.conn, make([]byte, requestHead))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (d *delayer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &delayedConn{Conn: conn, by: d}, nil
}

type delayedConn struct {
	net.Conn
	by *delayer
}

// Write expects whole requests, which small ones are written as.
func (c *delayedConn) Write(b []byte) (int, error) {
	d := c.by
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.api == 0 || len(b) < requestHead || kmsg.Key(binary.BigEndian.Uint16(b[4:])) != d.api {
		return c.Conn.Write(b)
	}
	d.api, d.held, d.conn = 0, bytes.Clone(b), c.Conn
	return len(b), c.SetReadDeadline(time.Now()) // ends what waits for the answer
}

func (c *delayedConn) Close() error {
	c.by.mu.Lock()
	defer c.by.mu.Unlock()
	if c.by.conn == c.Conn {
		return nil
	}
	return c.Conn.Close()
}

// The network breaks under a request that arrives all the same: after its
// repetition, and in the midst of the next transaction.
func TestLateRequests(t *testing.T) { onBoth(t, testLateRequests) }

func testLateRequests(t *testing.T, cluster *testCluster) {
	for _, key := range []kmsg.Key{kmsg.EndTxn, kmsg.TxnOffsetCommit, kmsg.AddOffsetsToTxn} {
		t.Run(key.Name(), func(t *testing.T) {
			log := cluster.topic(t, 1, nil)
			c := cluster.dial(t)
			var delay delayer
			c.transport.Dial = delay.dial
			ctx := testContext(t)
			offsets := func(n int64) *GroupOffsets { return &GroupOffsets{Group: t.Name(), Offsets: Positions{{log, 0}: n}} }
			p := mustInit(t, c, "p")
			delay.next(key)
			mustBegin(t, p, log, "first", "1")
			mustCommit(t, p, offsets(1))
			if p.Ready() {
				t.Error("ready, although a request may still arrive")
			} else if err := p.Init(ctx); err != nil {
				t.Fatal(err)
			}
			mustBegin(t, p, log, "second", "half")
			if err := p.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			delay.arrive(t)
			if err := p.Abort(ctx); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([]string{"first=1"}, readAll(t, c, log, 0)); diff != "" {
				t.Errorf("of two transactions, the first committed and the second aborted (-want +got):\n%s", diff)
			}
			mustBegin(t, p, log, "third", "1")
			mustCommit(t, p, offsets(3))
			eventually(t, func() bool {
				got, err := c.CommittedOffsets(ctx, t.Name(), log)
				return err == nil && got[0] == 3
			})
		})
	}
}
