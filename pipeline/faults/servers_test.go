package faults

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
)

// server is the ClickHouse that all runs share, each with databases of its own.
type server struct {
	mu   sync.Mutex
	dir  string
	host string
	ch   *embedded.ClickHouse
}

var shared server

// start starts ClickHouse, again if it was killed.
func (s *server) start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		return nil
	}
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "mailfate-faults-")
		if err != nil {
			return err
		}
		s.dir = dir
	}
	for {
		ch, err := embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{Dir: s.dir, Executable: s.host, MemoryBytes: 2 << 30})
		var locked *embedded.LockedError // the one that was killed is not quite gone
		if errors.As(err, &locked) && ctx.Err() == nil {
			select {
			case <-time.After(pollEvery):
				continue
			case <-ctx.Done():
			}
		}
		s.ch = ch
		return err
	}
}

// fate says how the server ended by itself; nil while it runs, and of one that
// was killed. After that, start starts another one.
func (s *server) fate() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		return nil
	}
	err := s.ch.Err()
	if err != nil {
		s.ch = nil
	}
	return err
}

func (s *server) addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		return ""
	}
	return s.ch.Native()
}

// kill is kill -9.
func (s *server) kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.ch
	s.ch = nil
	if err := syscall.Kill(ch.PID(), syscall.SIGKILL); err != nil {
		return err
	}
	<-ch.Done()
	return nil
}

// signal stops and continues it.
func (s *server) signal(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return syscall.Kill(s.ch.PID(), sig)
}

func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		_ = s.ch.Stop(context.Background())
	}
	_ = os.RemoveAll(s.dir)
}

// needServer starts the shared server for a test.
func needServer(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a real ClickHouse is not for -short")
	}
	if err := shared.fate(); err != nil {
		tb.Logf("another ClickHouse is started: %v", err)
	}
	shared.mu.Lock()
	shared.host = embeddedtest.Host(tb)
	shared.mu.Unlock()
	if err := shared.start(context.Background()); err != nil {
		tb.Fatal(err)
	}
}
