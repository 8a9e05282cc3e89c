package imap

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

const (
	// answerBytes is more than any answer that is no mail and no list.
	answerBytes = 1 << 20
	// listBytes is what the numbers of some millions of mails take.
	listBytes = 32 << 20
)

var (
	errTalkative = errors.New("the server sends more than it was asked for")
	errSlow      = errors.New("the server does not answer in time")
)

// guard is a connection on which the other end can send only so much, and takes
// only so long, until it is asked again.
type guard struct {
	net.Conn
	left     atomic.Int64
	watchdog *time.Timer
	cause    atomic.Pointer[error] // why it was closed
}

func newGuard(conn net.Conn, d time.Duration) *guard {
	g := &guard{Conn: conn}
	g.left.Store(answerBytes)
	g.watchdog = time.AfterFunc(d, func() { g.end(errSlow) })
	return g
}

// expect allows so many bytes and so much time from now on.
func (g *guard) expect(bytes int64, d time.Duration) {
	g.left.Store(bytes)
	g.watchdog.Reset(d)
}

// rest expects nothing in particular: it is our turn, or nothing may be new.
func (g *guard) rest() { g.watchdog.Stop() }

func (g *guard) end(why error) {
	g.cause.CompareAndSwap(nil, &why)
	_ = g.Conn.Close() // which wakes whoever reads
}

// why replaces an error by the reason for which the connection was closed, if
// there is one.
func (g *guard) why(err error) error {
	if cause := g.cause.Load(); cause != nil && err != nil {
		return *cause
	}
	return err
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if g.left.Add(-int64(n)) < 0 {
		g.end(errTalkative)
		return 0, errTalkative
	}
	return n, err
}

// SetReadDeadline does nothing: the client's own deadlines would pass while we wait
// for those who take the mails.
func (g *guard) SetReadDeadline(time.Time) error { return nil }

// SetDeadline likewise leaves reading alone.
func (g *guard) SetDeadline(t time.Time) error { return g.SetWriteDeadline(t) }

func (g *guard) Close() error {
	g.watchdog.Stop()
	return g.Conn.Close()
}
