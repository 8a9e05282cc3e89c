package embedded

import (
	"encoding/binary"
	"fmt"
	"net"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// maxFrame is the largest request that is read, Kafka's own default.
	maxFrame = 100 << 20
	// maxGroupFrame bounds requests of group members, which are kept while
	// they wait for their answer.
	maxGroupFrame = 1 << 20
	// answerHead is an answer's size and correlation id.
	answerHead = 8
)

// listener hands the broker connections that tell members about waiting ones,
// and that refuse what would end the process: requests of unknown kinds.
type listener struct {
	net.Listener
	members *members
}

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err //nolint:wrapcheck // the broker compares it
	}
	return &conn{Conn: c, members: l.members, closed: make(chan struct{})}, nil
}

// conn is a client's connection. The broker reads the next request of one only
// after it has taken on the one before, and writes an answer in one piece.
type conn struct {
	net.Conn
	members *members
	request frame // what is being read

	closing sync.Once
	closed  chan struct{}
}

// Read implements net.Conn. It keeps the end of a connection to itself while a
// group's answer to it is due: the broker gives members no session before it
// has answered them, and forgets half of those whom it could not answer.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.members.hungUp(c)
		return n, err //nolint:wrapcheck // the broker compares it
	}
	key, body, err := c.request.take(p[:n])
	if err != nil {
		return 0, fmt.Errorf("refuse request from %s: %w", c.RemoteAddr(), err)
	}
	if body != nil {
		c.members.asks(c, key, body)
	}
	return n, nil
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.members.answered(c, p[min(len(p), answerHead):])
	return n, err //nolint:wrapcheck // the broker compares it
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.closing.Do(func() { close(c.closed) })
	return c.Conn.Close() //nolint:wrapcheck // the broker compares it
}

// frame cuts a stream of bytes into requests: a size, then a key, then the rest.
type frame struct {
	head [6]byte
	got  int    // bytes of the head
	left int    // bytes of the request that are still to come
	body []byte // what follows the size, of a group member's request
}

// take reads on. It returns a group member's request once it is complete.
func (f *frame) take(p []byte) (key kmsg.Key, body []byte, err error) {
	for len(p) > 0 {
		if f.got < len(f.head) {
			n := copy(f.head[f.got:], p)
			f.got += n
			p = p[n:]
			if f.got == len(f.head) {
				if err := f.begin(); err != nil {
					return 0, nil, err
				}
			}
			continue
		}
		n := min(f.left, len(p))
		if f.body != nil {
			f.body = append(f.body, p[:n]...)
		}
		f.left -= n
		p = p[n:]
		if f.left == 0 {
			key, body = f.key(), f.body
			f.got, f.body = 0, nil
		}
	}
	return key, body, nil
}

func (f *frame) key() kmsg.Key { return kmsg.Key(binary.BigEndian.Uint16(f.head[4:])) }

// begin looks at a request's head.
func (f *frame) begin() error {
	const keyBytes = 2
	size := binary.BigEndian.Uint32(f.head[:])
	switch {
	case size <= keyBytes || size > maxFrame:
		return fmt.Errorf("%d bytes are no size for one", size)
	case kmsg.RequestForKey(f.key().Int16()) == nil:
		return fmt.Errorf("kind %d is unknown", f.key())
	}
	f.left = int(size) - keyBytes
	if (f.key() == kmsg.JoinGroup || f.key() == kmsg.SyncGroup) && size <= maxGroupFrame {
		f.body = append(make([]byte, 0, size), f.head[4:]...)
	}
	return nil
}
