package imap

import (
	"bytes"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// answerBytes is more than any answer that is no mail and no list.
	answerBytes = 1 << 20
	// listBytes is what the numbers of more than a million mails take.
	listBytes = 16 << 20
	// lineBytes is what stands around a mail in an answer.
	lineBytes = 64 << 10
	// maxParens is how many lists an answer may open. The client follows them as deep
	// as they go, and would run out of stack. It is more than what a mail of nothing
	// but parentheses can add: the client may have read 8 KiB of it before it is known
	// to be one.
	maxParens = 10_000
)

var (
	errTalkative = errors.New("the server sends more than it was asked for")
	errSlow      = errors.New("the server does not answer in time")
	errNested    = errors.New("the server sends lists that nobody asked for")
)

// guard is a connection on which the other end can send only so much, and takes
// only so long, until it is asked again. It does not look at what an answer means,
// so it cannot be talked into another view of it than the client has.
type guard struct {
	net.Conn
	left   atomic.Int64 // bytes that may come
	free   atomic.Int64 // of them, those of a mail
	parens atomic.Int64 // opening ones that may come elsewhere

	watchdog *time.Timer
	once     sync.Once
	cause    error         // why it was ended
	ended    chan struct{} // closed when it was
}

// newGuard guards a connection on which TLS and a greeting are to come.
func newGuard(conn net.Conn, d time.Duration) *guard {
	g := &guard{Conn: conn, ended: make(chan struct{})}
	g.watchdog = time.AfterFunc(d, func() { g.end(errSlow) })
	g.expect(answerBytes, d)
	return g
}

// expect allows so many bytes and so much time from now on.
func (g *guard) expect(size int64, d time.Duration) {
	g.free.Store(0)
	g.parens.Store(maxParens)
	g.left.Store(size)
	g.watchdog.Reset(d)
}

// expectMail allows the bytes of a mail besides.
func (g *guard) expectMail(size int64, d time.Duration) {
	g.left.Add(size)
	g.free.Store(size)
	g.watchdog.Reset(d)
}

// rest expects nothing in particular: it is our turn, or nothing may be new.
func (g *guard) rest() { g.watchdog.Stop() }

// end closes the connection, which wakes whoever reads or writes.
func (g *guard) end(why error) {
	g.once.Do(func() {
		g.cause = why
		close(g.ended)
		_ = g.Close()
	})
}

// why replaces an error by the reason for which the connection was ended, if there
// is one.
func (g *guard) why(err error) error {
	select {
	case <-g.ended:
		if err != nil {
			return g.cause
		}
	default:
	}
	return err
}

// count takes what came from what may come.
func (g *guard) count(came []byte) error {
	if g.left.Add(-int64(len(came))) < 0 {
		return errTalkative
	}
	free := min(g.free.Load(), int64(len(came)))
	g.free.Add(-free)
	if g.parens.Add(-int64(bytes.Count(came[free:], []byte{'('}))) < 0 {
		return errNested
	}
	return nil
}

// text is what is read of a guarded connection, in TLS or not.
type text struct {
	net.Conn
	guard *guard
}

func (t text) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if why := t.guard.count(p[:n]); why != nil {
		t.guard.end(why)
		return 0, why
	}
	return n, err
}

// SetReadDeadline does nothing: the client's own deadlines would pass while we wait
// for those who take the mails.
func (t text) SetReadDeadline(time.Time) error { return nil }

// SetDeadline likewise leaves reading alone.
func (t text) SetDeadline(d time.Time) error { return t.SetWriteDeadline(d) }
