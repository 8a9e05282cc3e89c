package tracker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/netutil"

	"mailfate/sources/tracker/spool"
	"mailfate/sources/tracking"
	"mailfate/sources/tracking/token"
)

const (
	// defaultConns is how many connections there are at a time; each takes 10 to 20 KiB.
	defaultConns = 10_000
	// defaultHoldFor is just above what counts as read.
	defaultHoldFor = tracking.ReadAfter*time.Second + 200*time.Millisecond
	// headerTime bounds how long a client may take for a request's head.
	headerTime = 5 * time.Second
	// requestTime bounds how long it may take for the whole request.
	requestTime = 10 * time.Second
	// answerTime bounds how long it may take to take the answer, once there is one.
	answerTime = 10 * time.Second
	// idleTime is how long a connection is kept for another request.
	idleTime = 60 * time.Second
	// maxHeader has room for the longest token, and for what proxies and browsers add.
	maxHeader = 16 << 10
)

// Options of a tracker; Keys and Spool are needed.
type Options struct {
	Keys    *token.Keys
	Spool   *spool.Spool
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	// MaxHeld is how many pixels are held open at a time; 0: none.
	MaxHeld  int
	HoldFor  time.Duration // 0: a little longer than tracking.ReadAfter
	MaxConns int           // 0: 10,000
	Logger   *slog.Logger
	Now      func() time.Time
}

// Tracker answers hits.
type Tracker struct {
	opts    Options
	server  *http.Server
	run     string        // names this process in the lines
	lines   atomic.Uint64 // numbers them
	holding sync.Mutex
	held    map[string]struct{} // tokens whose pixels are held
	closing chan struct{}       // closed when nothing is held any more
	close   sync.Once           // closes it
	counts  counts
}

// New returns a tracker, which listens nowhere yet.
func New(o Options) *Tracker {
	if o.HoldFor <= 0 {
		o.HoldFor = defaultHoldFor
	}
	if o.MaxConns <= 0 {
		o.MaxConns = defaultConns
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	var run [8]byte
	_, _ = rand.Read(run[:]) // never fails
	t := &Tracker{opts: o, run: hex.EncodeToString(run[:]), held: map[string]struct{}{}, closing: make(chan struct{})}
	t.server = &http.Server{
		Handler:           t,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       requestTime,
		WriteTimeout:      requestTime + o.HoldFor + answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		// What clients do wrong is their affair.
		ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	return t
}

// Serve answers at a listener until Shutdown.
func (t *Tracker) Serve(l net.Listener) error {
	err := t.server.Serve(netutil.LimitListener(l, t.opts.MaxConns))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("answer hits: %w", err)
}

// Shutdown answers what has been asked, and takes no more.
func (t *Tracker) Shutdown(ctx context.Context) error {
	t.close.Do(func() { close(t.closing) })
	if err := t.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("end tracker: %w", err), t.server.Close())
	}
	return nil
}
