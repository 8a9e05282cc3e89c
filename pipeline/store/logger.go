package store

import (
	"fmt"
	"log/slog"
	"sync"
)

// fatal keeps the first error that Pebble cannot go on from.
type fatal struct {
	dir  string
	tell func(error)

	mu  sync.Mutex
	err error
}

func (f *fatal) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *fatal) set(cause error) {
	f.mu.Lock()
	first := f.err == nil
	if first {
		f.err = fmt.Errorf("use store %s: %w: %w", f.dir, ErrFailed, cause)
	}
	err := f.err
	f.mu.Unlock()
	if first && f.tell != nil {
		f.tell(err)
	}
}

// logger is what Pebble logs to.
type logger struct {
	log   *slog.Logger
	fatal *fatal
}

// Infof logs at debug level.
func (l *logger) Infof(format string, args ...any) {
	l.log.Debug("pebble", "says", fmt.Sprintf(format, args...))
}

// Errorf logs at debug level: what matters comes back as an error as well.
func (l *logger) Errorf(format string, args ...any) {
	l.log.Debug("pebble", "says", fmt.Sprintf(format, args...))
}

// Fatalf keeps the error and returns, where Pebble expects the process to end:
// its callers then hand the error up or stop, and Store lets no call through.
func (l *logger) Fatalf(format string, args ...any) { l.fatal.set(fmt.Errorf(format, args...)) }
