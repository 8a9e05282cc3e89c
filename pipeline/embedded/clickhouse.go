package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"mailfate/pipeline/embedded/child"
)

const (
	// startLimit bounds a start; a cold disk under load took 2 s at most, and
	// a directory with thousands of parts is loaded within it.
	startLimit = 60 * time.Second
	// stopLimit is how long Stop waits before it kills.
	stopLimit = 15 * time.Second
	// defaultMemory caps the server when the caller does not.
	defaultMemory = 4 << 30
	// minMemory is the least that inserts and merges of our tables run in.
	minMemory = 256 << 20
	// mergeThreads suits the two cores that mailfate itself also needs.
	mergeThreads = 2
	// mostRestarts within restartTime are made of a server that ends by itself: one
	// that cannot stay alive says so by that.
	mostRestarts = 5
	restartTime  = 10 * time.Minute
)

// ClickHouseOptions says where and how the server runs.
type ClickHouseOptions struct {
	Dir         string       // its rows, configuration, log and lock; created when missing
	Library     string       // path of libchdb.so; empty: search, a newer clickhouse on PATH first
	Executable  string       // a program whose main calls MaybeChild; empty: this one
	MemoryBytes int64        // cap for the whole server; 0: 4 GiB
	Restart     bool         // start it again, at the same address, when it ends by itself: 5 times in 10 minutes at most
	Logger      *slog.Logger // nil: silent
}

// ClickHouse is a running server, reachable from this machine only. User
// default has no password there, and may not read files or other hosts.
type ClickHouse struct {
	dir   string
	lock  *os.File
	addrs ports
	log   *slog.Logger

	life context.Context //nolint:containedctx // ends with Stop, also in the middle of a restart
	stop context.CancelFunc

	mu    sync.Mutex // held while it is started again
	proc  *child.Process
	stdin io.Closer // closing it tells the library's host to stop; nil for a binary

	done chan struct{}
	err  error
}

// StartClickHouse starts a server and returns when it answers. The server
// survives ctx; Stop ends it, or the end of this process does.
func StartClickHouse(ctx context.Context, o ClickHouseOptions) (*ClickHouse, error) {
	eng, err := findEngine(ctx, o.Library)
	if err != nil {
		return nil, err
	}
	if err := o.complete(eng); err != nil {
		return nil, fmt.Errorf("start ClickHouse: %w", err)
	}
	lock, err := lockDir(ctx, o.Dir)
	if err != nil {
		return nil, fmt.Errorf("start ClickHouse: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("not ready after %v", startLimit))
	defer cancel()
	began := time.Now()
	c := &ClickHouse{dir: o.Dir, lock: lock, log: o.Logger, done: make(chan struct{})}
	c.life, c.stop = context.WithCancel(context.Background())
	before := rememberedPorts(o.Dir)
	c.addrs, err = c.start(ctx, eng, o, before)
	if err != nil && before != (ports{}) && ctx.Err() == nil { // somebody has just taken one of them
		c.addrs, err = c.start(ctx, eng, o, ports{})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start ClickHouse in %s: %w%s", o.Dir, err, c.lastWords()), lock.Close())
	}
	go c.watch(eng, o)
	if err := c.addrs.remember(o.Dir); err != nil {
		c.log.Warn("ClickHouse will have another address next time", "error", err)
	}
	c.log.Info("ClickHouse started", "pid", c.PID(), "native", c.Native(), "http", c.HTTP(), "log", c.LogPath(), "after", time.Since(began).Round(time.Millisecond))
	return c, nil
}

// complete fills in what was left empty and refuses what cannot work.
func (o *ClickHouseOptions) complete(eng engine) (err error) {
	if o.Dir == "" {
		return errors.New("no directory given")
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return fmt.Errorf("resolve directory %s: %w", o.Dir, err)
	}
	if o.MemoryBytes == 0 {
		o.MemoryBytes = defaultMemory
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MemoryBytes < minMemory {
		return fmt.Errorf("a memory cap of %d bytes is too small, give at least %d", o.MemoryBytes, minMemory)
	}
	if eng.binary != "" || o.Executable != "" {
		return nil
	}
	if !canBeChild.Load() || raceDetector {
		return errors.New("this program cannot host the library: its main must call embedded.MaybeChild first and it must be built without -race; else name an Executable")
	}
	if o.Executable, err = os.Executable(); err != nil {
		return fmt.Errorf("find own executable: %w", err)
	}
	return nil
}

// start runs the engine until it answers or has failed. It listens at the ports
// given, or where the system chooses.
func (c *ClickHouse) start(ctx context.Context, eng engine, o ClickHouseOptions, at ports) (ports, error) {
	stderr, err := openLogs(c.dir)
	if err != nil {
		return at, err
	}
	defer func() { _ = stderr.Close() }() // the child has its own
	launch := c.launchLibrary
	if eng.binary != "" {
		launch = c.launchBinary
	}
	if at, err = launch(ctx, eng, o, at, stderr); err != nil {
		return at, err
	}
	if err := c.waitPing(ctx, at); err != nil {
		c.proc.Kill()
		return at, err
	}
	return at, nil
}

func (c *ClickHouse) config(o ClickHouseOptions, p ports) (string, error) {
	return serverConfig{
		Dir: c.dir, HTTP: p.HTTP, Native: p.Native, Threads: mergeThreads,
		Memory: o.MemoryBytes, QueryMemory: o.MemoryBytes / 4 * 3,
	}.write()
}

// command prepares a child that inherits the lock: the directory is free again
// when both it and its parent have ended.
func (c *ClickHouse) command(stderr *os.File, path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...) //nolint:noctx // it outlives the context of its start
	cmd.Dir = c.dir
	cmd.Env = []string{"TZ=UTC", "HOME=" + c.dir, "PATH=" + os.Getenv("PATH")}
	cmd.Stderr = stderr
	cmd.ExtraFiles = []*os.File{c.lock}
	return cmd
}

// watch notices the server's end, asked for or not.
func (c *ClickHouse) watch(eng engine, o ClickHouseOptions) {
	defer close(c.done)
	defer func() { _ = c.lock.Close() }()
	var restarts []time.Time
	for {
		<-c.proc.Done()
		if c.life.Err() != nil {
			return
		}
		why := fmt.Errorf("ClickHouse (process %d) ended by itself: %w", c.PID(), c.proc.Exit())
		now := time.Now()
		restarts = slices.DeleteFunc(restarts, func(t time.Time) bool { return now.Sub(t) > restartTime })
		if !o.Restart || len(restarts) == mostRestarts {
			c.err = fmt.Errorf("%w%s", why, c.lastWords())
			return
		}
		restarts = append(restarts, now)
		c.log.Warn("ClickHouse ended by itself and is started again; nothing is lost", "error", why, "log", c.LogPath())
		if err := c.startAgain(eng, o); err != nil {
			if c.life.Err() == nil {
				c.err = errors.Join(why, fmt.Errorf("start ClickHouse again in %s: %w%s", c.dir, err, c.lastWords()))
			}
			return
		}
		c.log.Info("ClickHouse is there again", "pid", c.PID(), "after", time.Since(now).Round(time.Millisecond))
	}
}

func (c *ClickHouse) startAgain(eng engine, o ClickHouseOptions) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(c.life, startLimit, fmt.Errorf("not ready after %v", startLimit))
	defer cancel()
	_, err := c.start(ctx, eng, o, c.addrs)
	return err
}

// Stop ends the server cleanly and kills it when that takes too long or ctx
// ends. It can be called again.
func (c *ClickHouse) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, stopLimit, fmt.Errorf("still running after %v", stopLimit))
	defer cancel()
	c.stop()
	err := c.askToStop(ctx)
	<-c.done
	return err
}

func (c *ClickHouse) askToStop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stdin == nil {
		return c.proc.Stop(ctx)
	}
	_ = c.stdin.Close() // has been, when this is not the first call
	return c.proc.Wait(ctx)
}

// Done is closed when the server has ended.
func (c *ClickHouse) Done() <-chan struct{} { return c.done }

// Err says why the server ended by itself, with the tail of its log; nil while
// it runs and after Stop.
func (c *ClickHouse) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Native is the address of the native protocol, 127.0.0.1:port.
func (c *ClickHouse) Native() string { return address(c.addrs.Native) }

// HTTP is the address of the HTTP interface, 127.0.0.1:port.
func (c *ClickHouse) HTTP() string { return address(c.addrs.HTTP) }

// PID is the server's process id.
func (c *ClickHouse) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proc.PID()
}

// LogPath is the server's log.
func (c *ClickHouse) LogPath() string { return filepath.Join(c.dir, serverLog) }
