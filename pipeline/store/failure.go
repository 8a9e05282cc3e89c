package store

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
)

// failure is the first error that Pebble cannot go on from.
type failure struct {
	dir     string
	damaged func(cause error) // is called when it is that files are damaged

	under sync.WaitGroup // what is being done, also what was not waited for

	mu   sync.Mutex
	err  error
	here chan struct{} // closed when there is one
}

func newFailure(dir string, damaged func(error)) *failure {
	return &failure{dir: dir, damaged: damaged, here: make(chan struct{})}
}

func (f *failure) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *failure) set(cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return
	}
	if isDamage(cause) {
		f.err = &damage{f.dir, cause}
		f.damaged(cause)
	} else {
		f.err = fmt.Errorf("use store %s: %w: %w%s", f.dir, ErrFailed, cause,
			cmp.Or(remedy(cause), "; if that does not help, remove the directory to have it built again"))
	}
	close(f.here)
}

// unless does op, but does not wait for it when the store fails meanwhile. Pebble's
// panics, which are about a log that cannot be written, are failures.
func (f *failure) unless(op func() error) error {
	done := make(chan error, 1)
	f.under.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				f.set(fmt.Errorf("%v", r))
			}
		}()
		done <- op()
	})
	select {
	case err := <-done:
		return err
	case <-f.here:
		return f.get()
	}
}

// damage is the error of a store whose files are damaged. It is temporary: see
// [Store.Renewed].
type damage struct {
	dir   string
	cause error
}

func (d *damage) Error() string {
	return fmt.Sprintf("use store %s: %v, to be set aside: %v", d.dir, ErrDamaged, d.cause)
}

func (d *damage) Unwrap() []error { return []error{ErrDamaged, ErrFailed, d.cause} }

func (d *damage) Temporary() bool { return true }

// isDamage reports whether an error says that files are damaged; one that ends
// before it should is.
func isDamage(err error) bool {
	return !isRefusal(err) && (pebble.IsCorruptionError(err) || errors.Is(err, ErrDamaged) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF))
}

// isRefusal tells a disk, or a system, that refuses from damaged files.
func isRefusal(err error) bool {
	var no syscall.Errno
	return errors.As(err, &no) && no != syscall.ENOENT
}

// remedy says what to do about an error, after a semicolon.
func remedy(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "; free some space there and start again, nothing is lost"
	case errors.Is(err, syscall.EROFS):
		return "; make the file system writable and start again, nothing is lost"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "; raise the limit of open files"
	case errors.Is(err, syscall.EIO):
		return "; look at the disk's health, then start again"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return "; give this user the right to write there"
	}
	return ""
}

// logger is what Pebble logs to.
type logger struct {
	log     *slog.Logger
	failure *failure
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
func (l *logger) Fatalf(format string, args ...any) {
	for _, arg := range args { // Pebble's formats do not wrap
		if err, ok := arg.(error); ok {
			l.failure.set(fmt.Errorf("pebble cannot go on: %w", err))
			return
		}
	}
	l.failure.set(fmt.Errorf(format, args...))
}
