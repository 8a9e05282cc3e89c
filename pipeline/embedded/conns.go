package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// maxFrame is the largest request that is read, Kafka's own default.
	maxFrame = 100 << 20
	// maxGroupFrame bounds requests of group members, which are kept while
	// they wait for their answer.
	maxGroupFrame = 1 << 20
	// sizeBytes and keyBytes are a request's first fields.
	sizeBytes, keyBytes = 4, 2
	// answerHead is an answer's size and correlation id.
	answerHead = 8
)

// listener hands the broker connections that tell members about waiting ones,
// and that refuse what would end the process: requests of unknown kinds.
type listener struct {
	net.Listener
	members *members
	log     *brokerLogger
}

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err //nolint:wrapcheck // the broker compares it
	}
	return &conn{Conn: c, members: l.members, log: l.log}, nil
}

// conn is a client's connection. The broker reads the next request of one only
// after it has taken on the one before, and writes an answer in one piece.
type conn struct {
	net.Conn
	members *members
	log     *brokerLogger
	request frame // what is being read
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
	request, err := c.request.take(p[:n])
	if err != nil {
		c.members.hungUp(c)
		return 0, fmt.Errorf("refuse request from %s: %w", c.RemoteAddr(), err)
	}
	if request != nil {
		c.members.asks(c, request)
	}
	return n, nil
}

// errFailed is why nobody is answered any more.
var errFailed = errors.New("the broker could not write")

// Write implements net.Conn. What is answered after a write that failed may not
// have been written.
func (c *conn) Write(p []byte) (int, error) {
	if c.log.hasFailed() {
		_ = c.Conn.Close()
		return 0, errFailed
	}
	n, err := c.Conn.Write(p)
	c.members.answered(c, p[min(len(p), answerHead):])
	return n, err //nolint:wrapcheck // the broker compares it
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.members.closed(c)
	return c.Conn.Close() //nolint:wrapcheck // the broker compares it
}

// frame cuts a stream of bytes into requests: a size, then a key, then the rest.
type frame struct {
	head [sizeBytes + keyBytes]byte
	got  int    // bytes of the head
	left int    // bytes of the request that are still to come
	kept []byte // a group member's request, without its size
}

// take reads on. It returns a group member's request once it is complete.
func (f *frame) take(p []byte) (request []byte, err error) {
	for len(p) > 0 {
		if f.got < len(f.head) {
			n := copy(f.head[f.got:], p)
			f.got += n
			p = p[n:]
			if err := f.check(); err != nil {
				return nil, err
			}
			continue
		}
		n := min(f.left, len(p))
		if f.kept != nil {
			f.kept = append(f.kept, p[:n]...)
		}
		f.left -= n
		p = p[n:]
		if f.left == 0 {
			request = f.kept
			f.got, f.kept = 0, nil
		}
	}
	return request, nil
}

// check looks at what there is of a request's head: at its size before the
// broker makes room for it.
func (f *frame) check() error {
	if f.got < sizeBytes {
		return nil
	}
	size := binary.BigEndian.Uint32(f.head[:])
	if size <= keyBytes || size > maxFrame {
		return fmt.Errorf("%d bytes are no size for one", size)
	}
	if f.got < len(f.head) {
		return nil
	}
	key := kmsg.Key(binary.BigEndian.Uint16(f.head[sizeBytes:]))
	if kmsg.RequestForKey(key.Int16()) == nil {
		return fmt.Errorf("kind %d is unknown", key)
	}
	f.left = int(size) - keyBytes
	if (key == kmsg.JoinGroup || key == kmsg.SyncGroup) && size <= maxGroupFrame {
		f.kept = append(make([]byte, 0, size), f.head[sizeBytes:]...)
	}
	return nil
}
