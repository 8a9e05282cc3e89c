package faults

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"mailfate/pipeline/embedded"
	"mailfate/pipeline/embedded/apachekafka"
)

// Broker is a Kafka broker in a process of its own. Its address stays the same.
type Broker interface {
	Addr() string
	Kill() error                       // kill -9
	Pause() error                      // SIGSTOP
	Continue() error                   // SIGCONT
	Restart(ctx context.Context) error // after Kill, on what it has written
	Compact() error                    // what may be compacted; it may take a while after that
	Stop(ctx context.Context) error    // for good
}

// A kind of broker is a name and how to start one whose data is in dir.
type kind struct {
	name  string
	start func(ctx context.Context, dir string) (Broker, error)
}

var (
	embeddedKind = kind{"embedded", startEmbeddedBroker}
	apacheKind   = kind{"apache", startApacheBroker}
)

// eachBroker runs a test on every kind of broker that was asked for.
func eachBroker(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	for _, k := range []kind{embeddedKind, apacheKind} {
		if slices.Contains(strings.Split(*brokersFlag, ","), k.name) {
			t.Run(k.name, func(t *testing.T) { test(t, k) })
		}
	}
}

// sideBySide is eachBroker at the same time, for what leaves ClickHouse, which
// all runs share, alone: most of a run is waiting.
func sideBySide(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	eachBroker(t, func(t *testing.T, k kind) {
		t.Parallel()
		test(t, k)
	})
}

// embeddedBroker is the embedded broker in a copy of the test binary.
type embeddedBroker struct {
	dir  string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr atomic.Value // string; proxies ask while it is restarted
}

func startEmbeddedBroker(ctx context.Context, dir string) (Broker, error) {
	b := &embeddedBroker{dir: dir}
	return b, b.Restart(ctx)
}

func (b *embeddedBroker) Addr() string    { return b.addr.Load().(string) }
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
	b.out = bufio.NewReader(out)
	line, err := b.out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("start broker: %w", err)
	}
	b.addr.Store(strings.TrimSpace(line))
	return nil
}

// Compact asks for it, and returns when it is done.
func (b *embeddedBroker) Compact() error {
	if _, err := fmt.Fprintln(b.in); err != nil {
		return err
	}
	answer, err := b.out.ReadString('\n')
	if answer != compactedAnswer {
		return fmt.Errorf("compact topics: %s%w", answer, err)
	}
	return nil
}

const compactedAnswer = "compacted\n"

// runBroker is that process. It compacts for every line of its standard input, and
// ends with it.
func runBroker(dir string) int {
	b, err := embedded.StartBroker(context.Background(), embedded.BrokerOptions{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(b.Addr())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := b.Compact(context.Background()); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Print(compactedAnswer)
	}
	if err := b.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// apacheBroker is a node of Apache Kafka.
type apacheBroker struct{ *apachekafka.Broker }

func startApacheBroker(ctx context.Context, dir string) (Broker, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	b, err := apachekafka.Launch(ctx, dir)
	if err != nil {
		return nil, err
	}
	return apacheBroker{b}, nil
}

func (b apacheBroker) Addr() string { return b.Broker.Addr }

func (b apacheBroker) Kill() error {
	b.Broker.Kill()
	return nil
}

// Compact does nothing: it compacts by itself.
func (b apacheBroker) Compact() error { return nil }

// Stop kills it: nobody needs its data any more.
func (b apacheBroker) Stop(context.Context) error { return b.Kill() }
