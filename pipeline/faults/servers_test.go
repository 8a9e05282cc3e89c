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
	fate []error // how it ended by itself
}

var shared server

var errNoServer = errors.New("ClickHouse has just ended by itself")

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
		if err == nil {
			s.ch = ch
			go s.supervise(ch)
		}
		return err
	}
}

// supervise starts another one when this one ends by itself: nothing may be lost
// by that either.
func (s *server) supervise(ch *embedded.ClickHouse) {
	<-ch.Done()
	s.mu.Lock()
	wanted := s.ch == ch
	if wanted {
		s.ch = nil
		s.fate = append(s.fate, ch.Err())
	}
	s.mu.Unlock()
	if wanted {
		if err := s.start(context.Background()); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.fate = append(s.fate, err)
		}
	}
}

// fates says how often, and how, it ended by itself.
func (s *server) fates() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.fate...)
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
	if ch == nil {
		return errNoServer
	}
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
	if s.ch == nil {
		return errNoServer
	}
	return syscall.Kill(s.ch.PID(), sig)
}

func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.ch; ch != nil {
		s.ch = nil
		_ = ch.Stop(context.Background())
	}
	_ = os.RemoveAll(s.dir)
}

// needServer starts the shared server for a test.
func needServer(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("a real ClickHouse is not for -short")
	}
	shared.mu.Lock()
	shared.host = embeddedtest.Host(tb)
	shared.mu.Unlock()
	if err := shared.start(context.Background()); err != nil {
		tb.Fatal(err)
	}
}
