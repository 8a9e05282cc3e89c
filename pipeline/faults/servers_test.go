package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/embeddedtest"
)

// Broker is a Kafka broker in a process of its own. Its address stays the same.
type Broker interface {
	Addr() string
	Kill() error                       // kill -9
	Pause() error                      // SIGSTOP
	Continue() error                   // SIGCONT
	Restart(ctx context.Context) error // after Kill, on what it has written
	Stop(ctx context.Context) error    // for good
}

// embeddedBroker is the embedded broker in a copy of the test binary.
type embeddedBroker struct {
	dir  string
	cmd  *exec.Cmd
	in   io.Closer
	addr string
}

func startEmbeddedBroker(ctx context.Context, dir string) (Broker, error) {
	b := &embeddedBroker{dir: dir}
	return b, b.Restart(ctx)
}

func (b *embeddedBroker) Addr() string    { return b.addr }
func (b *embeddedBroker) Pause() error    { return b.cmd.Process.Signal(syscall.SIGSTOP) }
func (b *embeddedBroker) Continue() error { return b.cmd.Process.Signal(syscall.SIGCONT) }

func (b *embeddedBroker) Kill() error {
	if err := b.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = b.cmd.Wait() // it was killed
	return nil
}

func (b *embeddedBroker) Stop(context.Context) error {
	_ = b.in.Close() // it ends with its standard input
	return b.cmd.Wait()
}

// Restart starts the process and waits for the address that it says.
func (b *embeddedBroker) Restart(context.Context) error {
	b.cmd = exec.Command(os.Args[0], brokerArg, b.dir)
	b.cmd.Stderr = os.Stderr
	in, err := b.cmd.StdinPipe()
	if err != nil {
		return err
	}
	b.in = in
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := b.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("start broker: %w", err)
	}
	b.addr = strings.TrimSpace(line)
	return nil
}

// runBroker is that process. It ends with its standard input.
func runBroker(dir string) int {
	b, err := embedded.StartBroker(context.Background(), embedded.BrokerOptions{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(b.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := b.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

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
			time.Sleep(50 * time.Millisecond)
			continue
		}
		s.ch = ch
		return err
	}
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
	if !*shortFlag && *runsFlag == 0 && *seedFlag == 0 {
		tb.Skip("make test-faults runs this; -faults.short a part of it")
	}
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
