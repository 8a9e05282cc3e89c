package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"mailfate/pipeline/embedded/child"
)

const (
	// pingPoll is how often a starting server is asked whether it is there.
	pingPoll = 10 * time.Millisecond
	// maxReady bounds the line with which a child says that it is ready.
	maxReady = 1 << 10
)

// ports are where a server listens.
type ports struct {
	HTTP   int `json:"http"`
	Native int `json:"native"`
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// launchLibrary starts our own program as the library's host. Where no ports are
// given the system chooses them; the child says which when they are open.
func (c *ClickHouse) launchLibrary(ctx context.Context, eng engine, o ClickHouseOptions, at ports, stderr *os.File) (ports, error) {
	config, err := c.config(o, at)
	if err != nil {
		return at, err
	}
	cmd := c.command(stderr, o.Executable, eng.library, config)
	cmd.Args[0] = childName
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return at, fmt.Errorf("make pipe: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return at, fmt.Errorf("make pipe: %w", err)
	}
	proc, err := child.Start(cmd)
	if err != nil {
		return at, err
	}
	c.proc, c.stdin = proc, stdin
	ready := make(chan error, 1)
	go func() {
		line, err := bufio.NewReaderSize(io.LimitReader(stdout, maxReady), maxReady).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &at)
		}
		ready <- err
		_, _ = io.Copy(io.Discard, stdout) // so that the child never waits for a reader
	}()
	select {
	case err = <-ready:
	case <-ctx.Done():
		c.proc.Kill()
		return at, errors.Join(context.Cause(ctx), <-ready)
	}
	if err != nil { // standard output closed: it has ended, or soon will
		c.proc.Kill()
		return at, fmt.Errorf("the server ended before it was ready (%w)", err)
	}
	return at, nil
}

// launchBinary starts a clickhouse binary on two ports that were free a moment
// ago; should another program take one in between, the start fails and says so.
func (c *ClickHouse) launchBinary(_ context.Context, eng engine, o ClickHouseOptions, at ports, stderr *os.File) (ports, error) {
	var err error
	if at == (ports{}) {
		if at, err = freePorts(); err != nil {
			return at, err
		}
	}
	config, err := c.config(o, at)
	if err != nil {
		return at, err
	}
	proc, err := child.Start(c.command(stderr, eng.binary, "server", "--config-file="+config))
	if err != nil {
		return at, err
	}
	c.proc = proc
	return at, nil
}

// portsName is the file that remembers the ports between starts.
const portsName = "ports.json"

// rememberedPorts are those of the last start if they are free, else none.
func rememberedPorts(dir string) (p ports) {
	b, err := os.ReadFile(filepath.Join(dir, portsName))
	if err != nil || json.Unmarshal(b, &p) != nil {
		return ports{}
	}
	for _, port := range []int{p.HTTP, p.Native} {
		l, err := net.Listen("tcp", address(port))
		if err != nil {
			return ports{}
		}
		_ = l.Close()
	}
	return p
}

// remember writes the ports down; a file that is lost costs an address only.
func (p ports) remember(dir string) error {
	b, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, portsName), append(b, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("remember ports: %w", err)
	}
	return nil
}

func freePorts() (p ports, err error) {
	for _, port := range []*int{&p.HTTP, &p.Native} {
		l, err := net.Listen("tcp", address(0))
		if err != nil {
			return p, fmt.Errorf("find a free port: %w", err)
		}
		defer func() { _ = l.Close() }() // held until both are found, so that they differ
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p, nil
}

// waitPing returns when the server answers over HTTP, or has ended.
func (c *ClickHouse) waitPing(ctx context.Context, at ports) error {
	tick := time.NewTicker(pingPoll)
	defer tick.Stop()
	for {
		err := ping(ctx, address(at.HTTP))
		if err == nil {
			return nil
		}
		select {
		case <-c.proc.Done():
			return fmt.Errorf("the server ended before it was ready: %w", c.proc.Exit())
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

func ping(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/ping", nil)
	if err != nil {
		return fmt.Errorf("ping ClickHouse at %s: %w", addr, err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is this machine
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ping ClickHouse at %s: %w", addr, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ping ClickHouse at %s: answered %s", addr, resp.Status)
	}
	return nil
}
