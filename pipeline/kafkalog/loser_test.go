package kafkalog

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// loser closes a client's connection in place of the answer to a request of one
// API, which the broker has acted on by then.
type loser struct {
	mu    sync.Mutex
	api   kmsg.Key
	times int
	then  func()
}

// next loses the next answers of an API, so many, and then calls then.
func (l *loser) next(api kmsg.Key, times int, then func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.api, l.times, l.then = api, times, then
}

// left is how many answers are still to be lost.
func (l *loser) left() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.times
}

func (l *loser) loses(api kmsg.Key) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.times == 0 || api != l.api {
		return false
	}
	if l.times--; l.times == 0 && l.then != nil {
		l.then()
	}
	return true
}

func (l *loser) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &lossyConn{Conn: conn, lose: l}, nil
}

// requestHead is a request's size and its API's number.
const requestHead = 4 + 2

// lossyConn follows the requests that are written to it, one after another.
type lossyConn struct {
	net.Conn
	lose *loser
	mu   sync.Mutex
	head []byte // of the latest request
	rest int64  // bytes of it behind the head that are to come yet
}

func (c *lossyConn) Write(b []byte) (int, error) {
	c.follow(b)
	return c.Conn.Write(b)
}

func (c *lossyConn) follow(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(b) > 0 {
		if len(c.head) == requestHead {
			if c.rest > 0 {
				n := min(c.rest, int64(len(b)))
				b, c.rest = b[n:], c.rest-n
				continue
			}
			c.head = c.head[:0]
		}
		n := min(requestHead-len(c.head), len(b))
		c.head = append(c.head, b[:n]...)
		b = b[n:]
		if len(c.head) == requestHead {
			c.rest = max(int64(binary.BigEndian.Uint32(c.head))-2, 0)
		}
	}
}

func (c *lossyConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || len(c.head) < requestHead || !c.lose.loses(kmsg.Key(binary.BigEndian.Uint16(c.head[4:]))) {
		return n, err
	}
	_ = c.Close()
	return 0, io.EOF
}
