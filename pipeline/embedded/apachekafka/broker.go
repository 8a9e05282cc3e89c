package apachekafka

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mailfate/pipeline/embedded/child"
)

const (
	// portTries is how many pairs of ports a first start tries.
	portTries = 5
	// startTime outlasts a cold start beside tests that keep both cores busy.
	startTime = 2 * time.Minute
	// stopTime is how long a broker may take to end when asked to.
	stopTime = 30 * time.Second
	// heap is enough for a few topics; what is read comes from the page cache.
	heap = "-Xmx512m"
	// quick compiles code once: a broker of tests ends before the best code is worth it.
	quick = "-XX:TieredStopAtLevel=1"
)

//go:embed server.properties
var settings string

// Broker is one node of Apache Kafka. Its methods are for one goroutine.
type Broker struct {
	// Addr is its host:port.
	Addr string

	dir, jars, cluster string
	extra              []string
	process            *child.Process
}

// Launch starts a broker whose data, settings and log are in dir, which must be
// empty. Each of extra is a line for its server.properties. Stop or Kill ends it.
func Launch(ctx context.Context, dir string, extra ...string) (*Broker, error) {
	jars, err := collectJars(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	b := &Broker{dir: dir, jars: jars, cluster: clusterID(), extra: extra}
	for range portTries {
		if err = b.configure(); err != nil {
			return nil, err
		}
		if err = b.start(ctx); err == nil {
			return b, nil
		}
		if log, _ := os.ReadFile(b.LogFile()); !strings.Contains(string(log), "Address already in use") {
			break
		}
	}
	return nil, fmt.Errorf("start Apache Kafka: %w\n%s", err, b.logTail())
}

// Pid is the child's process id.
func (b *Broker) Pid() int { return b.process.PID() }

// LogFile is where the broker logs.
func (b *Broker) LogFile() string { return filepath.Join(b.dir, "kafka.log") }

// Stop asks the broker to end and waits for it. One that has ended is fine.
func (b *Broker) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	return errors.Join(b.Continue(), b.process.Stop(ctx))
}

// Kill ends the broker with SIGKILL, paused or not, and waits for its end.
func (b *Broker) Kill() { b.process.Kill() }

// Pause stops the broker's clock and all its threads with SIGSTOP.
func (b *Broker) Pause() error { return b.process.Signal(syscall.SIGSTOP) }

// Continue lets a paused broker go on.
func (b *Broker) Continue() error { return b.process.Signal(syscall.SIGCONT) }

// Restart starts the broker again, on the same ports and data. One that still
// runs is stopped first.
func (b *Broker) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := b.Stop(); err != nil {
		return err
	}
	if err := b.run(ctx); err != nil {
		return fmt.Errorf("restart Apache Kafka: %w\n%s", err, b.logTail())
	}
	return nil
}

// start formats the data directory and runs the broker on it.
func (b *Broker) start(ctx context.Context) error {
	if err := os.RemoveAll(b.data()); err != nil {
		return fmt.Errorf("empty data directory: %w", err)
	}
	out, err := b.java(ctx, "kafka.tools.StorageTool", "format", "-t", b.cluster, "-c", b.config()).CombinedOutput()
	if err != nil {
		return fmt.Errorf("format data directory: %w\n%s", err, out)
	}
	return b.run(ctx)
}

func (b *Broker) run(ctx context.Context) error {
	log, err := os.OpenFile(b.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the broker's log: %w", err)
	}
	defer func() { _ = log.Close() }() // the child has its own
	cmd := b.java(context.Background(), heap, "kafka.Kafka", b.config())
	cmd.Stdout, cmd.Stderr = log, log
	if b.process, err = child.Start(cmd); err != nil {
		return err
	}
	if err = waitReady(ctx, b.Addr, b.cluster, b.process.Done()); err != nil {
		b.process.Kill()
	}
	return err
}

func (b *Broker) java(ctx context.Context, args ...string) *exec.Cmd {
	args = append([]string{"-XX:+UseSerialGC", quick, "-Djava.io.tmpdir=" + b.dir, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", filepath.Join(b.jars, "*")}, args...)
	return exec.CommandContext(ctx, "java", args...)
}

// configure chooses ports and writes the settings.
func (b *Broker) configure() error {
	ports, err := freePorts()
	if err != nil {
		return err
	}
	b.Addr = address(ports[0])
	values := map[string]string{
		"broker": strconv.Itoa(ports[0]), "controller": strconv.Itoa(ports[1]), "data": b.data(),
	}
	text := os.Expand(settings, func(name string) string { return values[name] }) + strings.Join(b.extra, "\n") + "\n"
	if err := os.WriteFile(b.config(), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write the broker's settings: %w", err)
	}
	return nil
}

func (b *Broker) data() string   { return filepath.Join(b.dir, "data") }
func (b *Broker) config() string { return filepath.Join(b.dir, "server.properties") }

// logTail is the end of the broker's log, for a failure's text.
func (b *Broker) logTail() string {
	const most = 8 << 10
	return child.Tail(b.LogFile(), most)
}

// clusterID is 16 random bytes as Kafka writes them; it takes a leading dash for
// a flag.
func clusterID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return strings.Replace(base64.RawURLEncoding.EncodeToString(id), "-", "A", 1)
}
